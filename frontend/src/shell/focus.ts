import { go, type Route, type PageName } from '../state/route'

/** Puts the focus on the part of the page that was asked for (data-here) or on its title, so that a screen reader says where one is and Tab goes on from there. */
export function focusTitle(options?: FocusOptions): void {
  const title = document.querySelector<HTMLElement>('#main [data-here]') ?? document.getElementById('page-title') ?? document.getElementById('main')
  title?.focus(options)
}

/** Goes to a place, and puts the focus there even if its page is in view already. */
export function visit(to: Partial<Route> & { page: PageName }): void {
  go(to)
  requestAnimationFrame(() => focusTitle())
}

/** The field that narrows the list of the page in view, null if it has none. */
export function filterField(): HTMLInputElement | null {
  return [...document.querySelectorAll<HTMLInputElement>('#main [data-filter]')].find((field) => field.offsetParent !== null) ?? null
}

const panes = ['navigation', 'main', 'panel', 'status'] as const
type Pane = (typeof panes)[number]

const selectors: Record<Pane, string> = { navigation: '#navigation', main: '#main', panel: '#main aside', status: '#status-bar' }
const stops = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]'

/** Where the focus was last in each pane. */
const last = new Map<Pane, HTMLElement>()

function paneOf(element: Element | null): Pane | null {
  if (!element) return null
  return (['panel', 'navigation', 'status', 'main'] as const).find((pane) => element.closest(selectors[pane])) ?? null
}

/** Where the focus goes in a pane: where it was last, else its grid or first control. */
function entry(pane: Pane): HTMLElement | null {
  const root = document.querySelector<HTMLElement>(selectors[pane])
  if (!root) return null
  const known = last.get(pane)
  if (known && root.contains(known) && paneOf(known) === pane && known.offsetParent !== null) return known
  const all = [...root.querySelectorAll<HTMLElement>(stops)].filter((el) => el.offsetParent !== null && el.tabIndex >= 0 && paneOf(el) === pane && !el.hasAttribute('data-tabster-dummy'))
  return all.find((el) => el.getAttribute('role') === 'grid' || el.getAttribute('aria-current') === 'page') ?? all[0] ?? (pane === 'main' ? document.getElementById('page-title') ?? root : null)
}

/** Moves the focus to the next part of the window that has something to focus. */
export function nextPane(step: 1 | -1): void {
  const here = paneOf(document.activeElement)
  if (here && document.activeElement instanceof HTMLElement) last.set(here, document.activeElement)
  const start = here ? panes.indexOf(here) : step > 0 ? -1 : panes.length
  for (let i = 1; i <= panes.length; i++) {
    const pane = panes[(start + i * step + panes.length * i) % panes.length]
    const target = pane && entry(pane)
    if (!target) continue
    target.focus()
    if (document.activeElement === target) return
  }
}
