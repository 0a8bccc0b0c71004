import { Observable } from '../lib/observable'

/** What stands over the page; at most one. */
export const overlay = new Observable<'palette' | 'help' | null>(null)

export const show = (what: 'palette' | 'help'): void => overlay.set(what)

export const dismiss = (): void => overlay.set(null)
