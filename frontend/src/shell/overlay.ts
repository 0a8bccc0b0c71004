import { Observable } from '../lib/observable'

/** What stands over the page; at most one. */
export const overlay = new Observable<'palette' | 'help' | null>(null)

let before: Element | null = null

export function show(what: 'palette' | 'help'): void {
  if (overlay.get() === null) before = document.activeElement
  overlay.set(what)
}

/** Closes it; the focus goes back to where it was, unless there is somewhere better. */
export function dismiss(returnFocus = true): void {
  overlay.set(null)
  const back = before
  before = null
  if (returnFocus && back instanceof HTMLElement) requestAnimationFrame(() => back.isConnected && back.focus())
}
