import type * as wails from '../api/wails'
import { type ApiError, toApiError } from '../api/errors'
import type { Activity } from '../api/types'
import { Observable } from '../lib/observable'
import { type Filter, isNothing, nothing, print, resolve } from './activity-filter'
import { blockOf, blockSize, Rows } from './activity-rows'
import { type Places, type Progress, Search } from './activity-search'

/** A browser's element can be about 33.5 million pixels high: a million rows of 32. Older rows are dropped in steps. */
export const maxRows = 1_000_000
const dropStep = 10_000
const concurrent = 2

/** What the list shows: the requests at the places from to to, whether they are loaded or not. */
export interface View {
  version: number
  /** The first place; it grows when old requests go, and shrinks when a search finds older ones. */
  from: number
  /** One more than the last place. */
  to: number
  /** The oldest and the newest request in the log. */
  first: number
  last: number
  /** Counts up when another list is shown. */
  list: number
  filter: Filter
  /** How far the search for the filter has come, null without a filter. */
  search: Progress | null
  follow: boolean
  paused: boolean
  /** Rows that came since the view stopped moving. */
  unseen: number
  /** The request the keyboard stands on, in the list or not. */
  active: number | null
  /** Counts up when the active request is to be brought into view. */
  reveal: number
  error: ApiError | null
}

/** All requests in the log: a place is a seq. */
class Everything implements Places {
  from = 1
  to = 1
  seq = (place: number): number => place
  place = (seq: number): number | null => (seq >= this.from && seq < this.to ? seq : null)

  /** Takes the log's range, and drops the oldest in steps where there are more than can be laid out. */
  range(first: number, last: number): void {
    const over = last - Math.max(first, this.from) + 1 - maxRows
    this.from = Math.max(first, this.from) + Math.ceil(Math.max(0, over) / dropStep) * dropStep
    this.to = last + 1
  }
}

type Api = Pick<typeof wails, 'activityAt' | 'findActivity'>

/**
 * The log of requests as the list sees it, whole or filtered: rows are loaded when they come into view. Follow means that the
 * newest row stays in view; whatever turns it off, new rows then only lengthen the list below the view. Pause freezes the
 * list at the row that was newest then.
 */
export class ActivityLog {
  readonly view = new Observable<View>({
    version: 0, from: 1, to: 1, first: 1, last: 0, list: 0, filter: nothing, search: null, follow: true, paused: false, unseen: 0, active: null, reveal: 0, error: null,
  })

  /** Pixels by which the view was scrolled beyond the row at top when the list was left. */
  beyond = 0

  readonly #api: Api
  #store = ''
  #first = 1
  #head = 0
  #all = new Everything()
  #search: Search | null = null
  #rows: Rows
  /** Where the view stopped moving. */
  #seen = 1
  /** Places in view. */
  #wanted: [number, number] = [0, -1]
  #advancing = false
  /** A request to bring into view as soon as the search finds it. */
  #awaited: number | null = null
  #watched = false

  constructor(api: Api) {
    this.#api = api
    this.#rows = new Rows(api.activityAt, this.#all)
  }

  /** Somebody looks at the list, until the returned function is called. While nobody does the head is kept, and nothing is asked. */
  start(): () => void {
    const watch = (watched: boolean) => {
      this.#watched = watched
      this.#search?.hold(!watched)
      if (watched) this.#catchUp()
    }
    watch(true)
    return () => watch(false)
  }

  /** Forgets everything, the filter too: another store, or the first one. */
  reset(store: string, first: number, last: number): void {
    this.#store = store
    this.#first = Math.max(1, first)
    this.#head = last
    this.#all = new Everything()
    this.#all.range(this.#first, last)
    this.#begin(nothing, null)
  }

  /** Tells that rows up to head are on disk. */
  moved(head: number): void {
    if (head <= this.#head) return
    this.#head = head
    this.#all.range(this.#first, head)
    this.#change({})
    this.#catchUp()
  }

  /** Tells which request is the oldest that is still in the log. */
  pruned(first: number): void {
    if (first <= this.#first) return
    this.#first = first
    this.#all.range(first, this.#head)
    this.#search?.prune(first)
    this.#change({})
  }

  /** Shows what a filter finds; the active request is brought into view as soon as it is found. */
  filter(filter: Filter): void {
    if (print(filter) !== print(this.view.get().filter)) this.#begin(filter)
  }

  /** Looks anew: times that were said by words are reckoned from now. Without a filter the list is always new. */
  refresh(): void {
    if (this.#search) this.#begin(this.view.get().filter)
    else this.retry()
  }

  /** How many rows the list has. */
  get count(): number {
    const { from, to } = this.view.get()
    return Math.max(0, to - from)
  }

  /** The row at an index, undefined while it is not loaded. */
  row(index: number): Activity | undefined {
    return this.#rows.at(index + this.view.get().from)
  }

  seq(index: number): number {
    return this.#list.seq(index + this.view.get().from)
  }

  /** Where a request stands in the list, null if it is not in it. */
  indexOf(seq: number): number | null {
    const { from, to } = this.view.get()
    const place = this.#list.place(seq)
    return place === null || place < from || place >= to ? null : place - from
  }

  /** The index of the row that was at the top of the view, to come back to. */
  get top(): number {
    return Math.max(0, this.#wanted[0] - this.view.get().from)
  }

  /** Says which indexes are in view: they are seen, and what is missing of them is loaded. */
  ensure(from: number, to: number): void {
    const { from: origin, to: end } = this.view.get()
    this.#wanted = [from + origin, to + origin]
    const seen = Math.min(to + origin + 1, end)
    if (seen > this.#seen) {
      this.#seen = seen
      this.#change({})
    }
    if (!this.view.get().error) this.#load()
  }

  /** Tries again after a failure. */
  retry(): void {
    this.#change({ error: null })
    this.#load()
    this.#catchUp()
  }

  setFollow(follow: boolean): void {
    if (follow) this.resume()
    else if (this.view.get().follow) {
      this.#awaited = null
      this.#seen = this.view.get().to
      this.#change({ follow: false })
    }
  }

  setPaused(paused: boolean): void {
    if (paused === this.view.get().paused) return
    if (paused) {
      if (this.view.get().follow) this.#seen = this.view.get().to
      this.#change({ paused: true })
    } else {
      this.#change({ paused: false })
      void this.#advance()
    }
  }

  /** Back to the newest row, and on with it. */
  resume(): void {
    this.#awaited = null
    this.#change({ follow: true, paused: false, active: null })
    void this.#advance()
  }

  /** Makes a request of the list the active one, which turns follow off, or none. */
  activate(seq: number | null): void {
    this.#awaited = null
    if (seq !== null) this.setFollow(false)
    this.#change({ active: seq })
  }

  /** Makes a request active and brings it into view, at once or when it is found. */
  show(seq: number): void {
    this.#change({ active: seq })
    this.#awaited = seq
    this.#reveal()
  }

  get #list(): Places {
    return this.#search ?? this.#all
  }

  #begin(filter: Filter, active = this.view.get().active): void {
    this.#search?.stop()
    this.#search = isNothing(filter) ? null : new Search(this.#api.findActivity, resolve(filter, new Date()), this.#store, this.#head, (first) => this.#found(first))
    this.#rows = new Rows(this.#api.activityAt, this.#list)
    this.#wanted = [0, -1]
    this.beyond = 0
    this.#advancing = false
    this.#seen = this.#list.to
    this.#awaited = active
    this.#change({ filter, active, list: this.view.get().list + 1, to: this.#list.to, follow: true, paused: false, error: null })
    this.#reveal()
    if (this.#search) void this.#look()
  }

  #catchUp(): void {
    if (this.#search) void this.#look()
    else void this.#advance()
  }

  #reveal(): void {
    if (this.#awaited === null || this.#list.place(this.#awaited) === null) return
    this.#awaited = null
    this.setFollow(false)
    this.#change({ reveal: this.view.get().reveal + 1 })
  }

  /** Lets the search go on, down and up, one question at a time. */
  async #look(): Promise<void> {
    const search = this.#search
    if (!search || !this.#watched || this.view.get().error) return
    try {
      await Promise.all([search.down(), search.up(() => this.#head)])
    } catch (thrown) {
      if (search === this.#search) this.#change({ error: toApiError(thrown) })
    }
  }

  #found(first: number): void {
    this.pruned(first)
    this.#change({})
    this.#reveal()
    this.#load()
    void this.#advance()
  }

  /** Shows the rows up to the newest. Following, they are fetched first, so that no empty row flashes up at the edge. */
  async #advance(): Promise<void> {
    if (this.#advancing || !this.#watched) return
    const rows = this.#rows
    this.#advancing = true
    try {
      for (;;) {
        const { paused, follow, to, error } = this.view.get()
        const end = this.#list.to
        if (paused || to >= end || error || !this.#watched) break
        if (follow) {
          for (let block = blockOf(Math.max(to, end - 2 * blockSize)); block <= blockOf(end - 1); block++) {
            await this.#fetch(block)
            if (rows !== this.#rows) return
          }
          if (this.view.get().error) break
          if (this.view.get().paused) continue
        }
        this.#change({ to: end })
      }
    } finally {
      if (rows === this.#rows) this.#advancing = false
    }
    this.#change({})
  }

  #load(): void {
    if (!this.#watched) return
    const [from, to] = this.#wanted
    for (;;) {
      const block = this.#rows.busy < concurrent ? this.#rows.missing(from, Math.min(to, this.view.get().to - 1)) : null
      if (block === null) return
      void this.#fetch(block).then((loaded) => loaded && this.#load())
    }
  }

  /** Loads what is missing of a block; false if that failed or the list is another one by then. */
  async #fetch(block: number): Promise<boolean> {
    const rows = this.#rows
    try {
      const page = await rows.load(block)
      if (rows !== this.#rows || (page && page.store !== this.#store)) return false
      if (page) this.pruned(page.head.first)
      this.#change({}, true)
      return true
    } catch (thrown) {
      if (rows === this.#rows) this.#change({ error: toApiError(thrown) })
      return false
    }
  }

  /** Tells a change of the view; rows that were loaded are one too. Nothing is rendered for the sake of nothing. */
  #change(part: Partial<View>, loaded = false): void {
    const before = this.view.get()
    const { from, to } = this.#list
    const next = { ...before, ...part, version: before.version + 1, from, first: this.#first, last: this.#head, search: same(before.search, this.#search?.progress ?? null) }
    next.to = Math.max(from, Math.min(next.to, to))
    next.unseen = next.follow && !next.paused ? 0 : Math.max(0, to - this.#seen)
    const { version: _, ...rest } = next
    if (loaded || Object.entries(rest).some(([key, value]) => before[key as keyof View] !== value)) this.view.set(next)
  }
}

/** The one before where the next says the same. */
function same(before: Progress | null, next: Progress | null): Progress | null {
  const equal = before && next && before.searching === next.searching && before.share === next.share && before.full === next.full
  return equal ? before : next
}
