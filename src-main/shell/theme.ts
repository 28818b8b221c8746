import { nativeTheme } from 'electron'
import type { AppSettings, Emit } from '../../src-shared/contract/index.js'

/** Gives the window's frame, its menus and `prefers-color-scheme` the theme of the settings, now and when they change. */
export function setupTheme(settings: () => AppSettings, emit: Emit): Emit {
  nativeTheme.themeSource = settings().theme
  return (name, payload) => {
    if (name === 'settings.changed') nativeTheme.themeSource = (payload as AppSettings).theme
    emit(name, payload)
  }
}
