import { pages, type PageName } from '../state/route'

/** What a key does in any place. */
export type Command = 'palette' | 'filter' | 'back' | 'refresh' | 'panes' | 'help' | `page ${PageName}`

/** The names of keys in locales under shell.keys.caps; what is not there stands on the key as it is. */
export type Cap = 'ctrl' | 'alt' | 'shift' | 'left' | 'arrows' | 'up' | 'down' | 'enter' | 'escape' | 'space' | 'pageUp' | 'pageDown' | 'home' | 'end'

export type Line =
  | 'palette' | 'pages' | 'filter' | 'back' | 'refresh' | 'panes' | 'help'
  | 'move' | 'edges' | 'open' | 'close' | 'tick' | 'range' | 'neighbours' | 'follow' | 'pause' | 'copy' | 'curl'

export interface Key {
  /** What it does, in locales under shell.keys.lines. */
  line: Line
  /** Ways to press it; each is the keys that are held together. */
  caps: readonly (readonly (Cap | (string & {}))[])[]
  where: 'window' | 'list'
  /** The command of an event, undefined if it is another key. Keys of lists are heard by the lists themselves. */
  hit?: (e: KeyboardEvent) => Command | undefined
}

const plain = (e: KeyboardEvent) => !e.ctrlKey && !e.altKey && !e.metaKey
const ctrl = (e: KeyboardEvent) => (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey

/** The keyboard, for the handler and for Help. */
export const keys: readonly Key[] = [
  { line: 'palette', where: 'window', caps: [['ctrl', 'K']], hit: (e) => (ctrl(e) && e.key.toLowerCase() === 'k' ? 'palette' : undefined) },
  {
    line: 'pages', where: 'window', caps: [['ctrl', `1 … ${pages.length}`]],
    hit: (e) => {
      const page = ctrl(e) ? pages[Number(/^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1] ?? 0) - 1] : undefined
      return page && `page ${page}`
    },
  },
  {
    line: 'filter', where: 'window', caps: [['ctrl', 'F'], ['/']],
    hit: (e) => ((ctrl(e) && e.key.toLowerCase() === 'f') || (plain(e) && e.key === '/') ? 'filter' : undefined),
  },
  { line: 'back', where: 'window', caps: [['alt', 'left']], hit: (e) => (e.altKey && !e.ctrlKey && !e.shiftKey && e.key === 'ArrowLeft' ? 'back' : undefined) },
  {
    line: 'refresh', where: 'window', caps: [['F5']],
    hit: (e) => (e.key === 'F5' || (ctrl(e) && e.key.toLowerCase() === 'r') ? 'refresh' : undefined),
  },
  { line: 'panes', where: 'window', caps: [['F6'], ['shift', 'F6']], hit: (e) => (plain(e) && e.key === 'F6' ? 'panes' : undefined) },
  { line: 'help', where: 'window', caps: [['F1'], ['?']], hit: (e) => (plain(e) && (e.key === 'F1' || e.key === '?') ? 'help' : undefined) },
  { line: 'close', where: 'window', caps: [['escape']] },
  { line: 'move', where: 'list', caps: [['arrows'], ['pageUp'], ['pageDown']] },
  { line: 'edges', where: 'list', caps: [['home'], ['end']] },
  { line: 'open', where: 'list', caps: [['enter']] },
  { line: 'neighbours', where: 'list', caps: [['alt', 'up'], ['alt', 'down']] },
  { line: 'tick', where: 'list', caps: [['space']] },
  { line: 'range', where: 'list', caps: [['shift', 'arrows']] },
  { line: 'follow', where: 'list', caps: [['F']] },
  { line: 'pause', where: 'list', caps: [['P']] },
  { line: 'copy', where: 'list', caps: [['ctrl', 'C']] },
  { line: 'curl', where: 'list', caps: [['ctrl', 'shift', 'C']] },
]

/** Whether somebody writes there, so that a letter is a letter. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'reset', 'range'].includes(target.type)
  return target.closest('[role=textbox], [role=searchbox], [role=combobox], [role=menu], [role=listbox]') !== null
}

/**
 * The command of a key, null if there is none. Characters count only where nobody writes and only while single is true, since
 * speech input and slips press them by accident; over a dialog nothing counts.
 */
export function commandOf(e: KeyboardEvent, single: boolean): Command | null {
  if (e.defaultPrevented || e.isComposing || document.querySelector('[aria-modal="true"]')) return null
  const character = plain(e) && e.key.length === 1
  if (character && (!single || isTyping(e.target))) return null
  for (const key of keys) {
    const command = key.hit?.(e)
    if (command) return command
  }
  return null
}
