import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { Emit, EventPayload } from '../../src-shared/contract/index.js'

type Command = EventPayload<'app.command'>['command']

/** What the Help menu does by itself. */
export interface Help {
  showLog(): void
  copyDiagnostics(): void
}

/** Sets the application menu. Its commands go to the window as `app.command` events. */
export function setupMenu(emit: Emit, help: Help, developer: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(emit, help, process.platform === 'darwin', developer)))
}

/** The menu of this system; `developer` adds the developer tools. */
export function menuTemplate(emit: Emit, help: Help, mac: boolean, developer: boolean): MenuItemConstructorOptions[] {
  const item = (label: string, accelerator: string, command: Command): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => emit('app.command', { command }),
  })
  const settings = item('Settings…', 'CmdOrCtrl+,', 'settings')
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const application: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [
    ...(mac ? [application] : []),
    {
      label: '&File',
      submenu: [
        item('&Open folder…', 'CmdOrCtrl+O', 'open'),
        item('&Verify folder or certificate…', 'CmdOrCtrl+Shift+O', 'verify'),
        separator,
        item('&Cancel the running job', 'CmdOrCtrl+.', 'cancel'),
        separator,
        ...(mac
          ? [{ role: 'close' as const }]
          : [settings, separator, { role: 'quit' as const, accelerator: 'Ctrl+Q' }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        item('&History', 'CmdOrCtrl+Shift+H', 'history'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(developer ? [separator, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show the &log', click: () => help.showLog() },
        { label: '&Copy diagnostics', click: () => help.copyDiagnostics() },
        ...(mac ? [] : [separator, { role: 'about' as const }]),
      ],
    },
  ]
}
