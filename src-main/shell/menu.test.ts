import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import type { EventName, EventPayload } from '../../src-shared/contract/index.js'
import { menuTemplate } from './menu.js'

describe('the menu', () => {
  const items = (mac: boolean, developer = false): MenuItemConstructorOptions[] =>
    menuTemplate(emit, help, mac, developer).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
  const sent: unknown[] = []
  const helped: string[] = []
  const help = { showLog: () => helped.push('log'), copyDiagnostics: () => helped.push('diagnostics') }
  const emit = <N extends EventName>(name: N, payload: EventPayload<N>): void => void sent.push([name, payload])

  it.each([true, false])('sends each command of the contract, each with its own shortcut (mac: %s)', (mac) => {
    sent.length = 0
    const commands = items(mac).filter(({ accelerator, click }) => click !== undefined && accelerator !== undefined)
    for (const { click } of commands) (click as () => void)()
    expect(sent.map((entry) => (entry as [string, { command: string }])[1].command).sort()).toEqual([
      'cancel',
      'history',
      'open',
      'settings',
      'verify',
    ])
    const shortcuts = commands.map(({ accelerator }) => accelerator)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
    expect(shortcuts).toContain('CmdOrCtrl+,')
  })

  it('has the developer tools for developers only', () => {
    const roles = (developer: boolean): unknown[] => items(false, developer).map(({ role }) => role)
    expect(roles(false)).not.toContain('toggleDevTools')
    expect(roles(true)).toContain('toggleDevTools')
  })

  it('shows the log, and copies what is known of a fault', () => {
    for (const { label, click } of items(false)) if (/log|diagnostics/.test(label ?? '')) (click as () => void)()
    expect(helped).toEqual(['log', 'diagnostics'])
  })
})
