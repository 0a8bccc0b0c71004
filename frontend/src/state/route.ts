import { Observable } from '../lib/observable'

export const pages = ['overview', 'activity', 'people', 'groups', 'connection', 'tools', 'settings', 'setup'] as const
export type PageName = (typeof pages)[number]

/** Where the window is: a page, what is open on it, and which part of that. Query holds what else the page is to show. */
export interface Route {
  page: PageName
  id: string
  tab: string
  query: Readonly<Record<string, string>>
}

/** Reads #/people/ID/history?search=anna; anything else is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [page, id = '', tab = ''] = path.split('/').map(decode)
  return { page: pages.find((p) => p === page) ?? 'overview', id, tab, query: Object.fromEntries(new URLSearchParams(query)) }
}

/** The address of a place; parseRoute reads it again. */
export function hashOf({ page, id = '', tab = '', query = {} }: Partial<Route> & { page: PageName }): string {
  const path = [page, id, tab].map(encodeURIComponent).join('/').replace(/\/+$/, '')
  const search = new URLSearchParams(query).toString()
  return `#/${path}${search && `?${search}`}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The place in view. It follows the window's address, so that Alt+Left goes back and a reload stays. */
export const route = new Observable<Route>(parseRoute(location.hash))

/** Set while the address lags behind the route. */
let behind: ReturnType<typeof setTimeout> | undefined
const catchUpAfter = 1_000

addEventListener('hashchange', follow)
addEventListener('popstate', follow)

function follow(): void {
  clearTimeout(behind)
  behind = undefined
  route.set(parseRoute(location.hash))
}

/** Goes to a place; replace keeps it out of the way back, for what changes while somebody types or walks through a list. */
export function go(to: Partial<Route> & { page: PageName }, replace = false): void {
  const hash = hashOf(to)
  if (hash === (behind === undefined ? location.hash : hashOf(route.get()))) return
  write(hash, replace)
  route.set(parseRoute(hash))
}

/** WebKit refuses to change the address more than a hundred times in some seconds, as a held arrow key does: then it catches up later. */
function write(hash: string, replace: boolean): void {
  clearTimeout(behind)
  behind = undefined
  try {
    if (replace) history.replaceState(null, '', hash)
    else history.pushState(null, '', hash)
  } catch {
    behind = setTimeout(() => write(hashOf(route.get()), true), catchUpAfter)
  }
}
