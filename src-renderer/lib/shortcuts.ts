/** Keyboard shortcuts of the whole window, and the list that shows them. */
import type { Session } from '../state/session.svelte.ts'

export const isMac = /mac/i.test(navigator.platform)
const command = isMac ? '⌘' : 'Ctrl'

export const SHORTCUTS: { where: string; keys: { keys: string[]; does: string }[] }[] = [
  {
    where: 'Everywhere',
    keys: [
      { keys: [command, 'O'], does: 'Choose a folder' },
      { keys: [command, ','], does: 'Settings' },
      { keys: ['Alt', '1'], does: 'Protect' },
      { keys: ['Alt', '2'], does: 'Jobs' },
      { keys: ['Alt', '3'], does: 'History' },
      { keys: ['Alt', '4'], does: 'Verify' },
      { keys: ['?', 'or', 'F1'], does: 'This list' },
    ],
  },
  {
    where: 'Collection and strength',
    keys: [
      { keys: [command, 'Enter'], does: 'Continue, or start protecting' },
      { keys: [command, 'Z'], does: 'Undo the last edit of the classes' },
      { keys: ['Space'], does: 'Choose the picture (in the grid)' },
      { keys: ['←', '→'], does: 'Move the divider of the comparison' },
      { keys: [command, '1'], does: 'Preview at 100 %' },
    ],
  },
  {
    where: 'A job',
    keys: [
      { keys: ['Space'], does: 'Pause or resume' },
      { keys: ['Esc'], does: 'Cancel, after a question' },
    ],
  },
]

/** Ctrl on Windows and Linux, ⌘ on a Mac. */
export function withCommand(event: KeyboardEvent): boolean {
  return isMac ? event.metaKey : event.ctrlKey
}

/** Whether the key belongs to what has the focus, or to an open dialog. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="alertdialog"]')) return true
  const target = event.target
  return (
    target instanceof Element &&
    target.closest('input, select, textarea, button, a, summary, [role="slider"], [role="listbox"], [role="tab"]') !==
      null
  )
}

/** Handles the shortcuts that work on every screen. */
export function appShortcuts(event: KeyboardEvent, session: Session): void {
  if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="alertdialog"]')) return
  const run = actionOf(event, session)
  if (!run) return
  event.preventDefault()
  run()
}

function actionOf(event: KeyboardEvent, session: Session): (() => void) | null {
  const { router } = session
  const key = event.key.toLowerCase()
  if (withCommand(event) && !event.altKey && key === 'o') return () => void session.chooseCollection()
  if (withCommand(event) && key === ',') return () => router.go({ screen: 'settings' })
  if (withCommand(event) && key === 'z' && !isTyping(event)) {
    const undo = session.notices.list.findLast((notice) => notice.action)
    return undo ? () => (undo.action?.run(), session.notices.dismiss(undo.id)) : null
  }
  if (event.altKey && !withCommand(event)) {
    const screens = { Digit1: 'home', Digit2: 'jobs', Digit3: 'history' } as const
    const screen = screens[event.code as keyof typeof screens]
    if (screen) return () => router.go({ screen })
    if (event.code === 'Digit4') return () => router.go({ screen: 'verify', path: null })
  }
  if (event.key === 'F1') return () => (session.help = true)
  if (event.key === '?' && session.preferences.values.singleKeys && !isTyping(event)) return () => (session.help = true)
  return null
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('input, textarea, select') !== null
}
