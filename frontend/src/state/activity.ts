import { type ApiError, toApiError } from '../api/errors'
import type { Activity, ActivityPage, ActivityQuery } from '../api/types'
import { Observable } from '../lib/observable'

export const pageSize = 200
export const maxPages = 20
/** A browser's element can be about 33.5 million pixels high: a million rows of 32. Older rows are dropped in steps. */
export const maxRows = 1_000_000
const dropStep = 10_000
const concurrent = 2

/** ActivityQuery.after for the oldest rows: 0 would ask for the newest. */
const beginning = -1

/** What the list shows. Rows are seqs from origin to last, whether they are loaded or not. */
export interface View {
  version: number
  origin: number
  last: number
  follow: boolean
  paused: boolean
  /** Rows that came since the view stopped moving. */
  unseen: number
  selected: Activity | null
  error: ApiError | null
}

interface Page {
  rows: Map<number, Activity>
  /** Everything up to this seq has been answered for. */
  through: number
  used: number
}

/**
 * The log of requests as the list sees it: pages of 200 rows by seq, of which about 20 are kept and the others loaded when
 * they come into view. Follow means that the newest row stays in view; whatever turns it off, new rows then only
 * lengthen the list below the view. Pause freezes the list at the row that was newest then.
 */
export class ActivityLog {
  readonly view = new Observable<View>({
    version: 0, origin: 1, last: 0, follow: true, paused: false, unseen: 0, selected: null, error: null,
  })

  readonly #pull: (q: ActivityQuery) => Promise<ActivityPage>
  readonly #pages = new Map<number, Page>()
  readonly #loading = new Set<number>()
  #store = ''
  #head = 0
  #seen = 0
  #wanted: [number, number] = [0, -1]
  #clock = 0
  #advancing = false

  constructor(pull: (q: ActivityQuery) => Promise<ActivityPage>) {
    this.#pull = pull
  }

  /** Forgets everything: another store, or the first one. */
  reset(store: string, first: number, last: number): void {
    this.#store = store
    this.#head = last
    this.#seen = last
    this.#pages.clear()
    this.#loading.clear()
    this.#wanted = [0, -1]
    this.#advancing = false
    const origin = Math.max(first, 1, last - maxRows + 1)
    this.#change({ origin, last, follow: true, paused: false, selected: null, error: null })
  }

  /** Tells that rows up to head are on disk. */
  moved(head: number): void {
    if (head <= this.#head) return
    this.#head = head
    void this.#advance()
  }

  /** A row, undefined while it is not loaded. */
  row(seq: number): Activity | undefined {
    const page = this.#pages.get(pageOf(seq))
    if (page) page.used = ++this.#clock
    return page?.rows.get(seq)
  }

  /** Says which rows are in view; what is missing of them is loaded. */
  ensure(from: number, to: number): void {
    this.#wanted = [from, to]
    if (!this.view.get().error) this.#load()
  }

  /** Tries again after a failed load. */
  retry(): void {
    this.#change({ error: null })
    this.#load()
    void this.#advance()
  }

  setFollow(follow: boolean): void {
    if (follow) this.resume()
    else if (this.view.get().follow) {
      this.#seen = this.view.get().last
      this.#change({ follow: false })
    }
  }

  setPaused(paused: boolean): void {
    if (paused === this.view.get().paused) return
    if (paused) {
      if (this.view.get().follow) this.#seen = this.view.get().last
      this.#change({ paused: true })
    } else {
      this.#change({ paused: false })
      void this.#advance()
    }
  }

  /** Back to the newest row, and on with it. */
  resume(): void {
    this.#change({ follow: true, paused: false, selected: null })
    void this.#advance()
  }

  /** Selects a row, which turns follow off, or none. */
  select(seq: number | null): void {
    if (seq === null) {
      this.#change({ selected: null })
      return
    }
    const row = this.row(seq)
    if (!row) return
    this.setFollow(false)
    this.#change({ selected: row })
  }

  /** Shows the rows up to head. Following, they are fetched first, so that no empty row flashes up at the edge. */
  async #advance(): Promise<void> {
    if (this.#advancing) return
    const store = this.#store
    this.#advancing = true
    try {
      for (;;) {
        const { paused, follow, last, error } = this.view.get()
        if (paused || last >= this.#head || error) break
        const head = this.#head
        if (follow) {
          const from = Math.max(last + 1, head - 2 * pageSize)
          for (let page = pageOf(from); page <= pageOf(head); page++) {
            await this.#fetch(page, head)
            if (store !== this.#store) return
          }
          if (this.view.get().error) break
          if (this.view.get().paused) continue
        }
        const origin = this.view.get().origin
        const drop = Math.ceil((head - origin + 1 - maxRows) / dropStep) * dropStep
        this.#change({ last: head, origin: drop > 0 ? origin + drop : origin })
      }
    } finally {
      if (store === this.#store) this.#advancing = false
    }
    this.#change({}) // the count of unseen rows
  }

  #load(): void {
    const [from, to] = this.#wanted
    const { last } = this.view.get()
    for (let page = pageOf(from); page <= pageOf(Math.min(to, last)); page++) {
      if (this.#loading.size >= concurrent) return
      if (this.#answered(page, last) || this.#loading.has(page)) continue
      void this.#fetch(page, last).then(() => {
        if (!this.view.get().error) this.#load()
      })
    }
  }

  #answered(page: number, head: number): boolean {
    return (this.#pages.get(page)?.through ?? 0) >= Math.min(head, endOf(page))
  }

  /** Loads what is missing of a page up to head, which is on disk. */
  async #fetch(page: number, head: number): Promise<void> {
    if (this.#answered(page, head)) return
    const store = this.#store
    const known = this.#pages.get(page)
    const after = known?.through ?? endOf(page) - pageSize
    this.#loading.add(page)
    try {
      const answer = await this.#pull({ after: after || beginning, before: 0, limit: endOf(page) - after })
      if (store !== this.#store || answer.store !== store) return
      const rows = new Map(known?.rows)
      for (const row of answer.rows) if (row.seq <= endOf(page)) rows.set(row.seq, row)
      const through = Math.max(Math.min(head, endOf(page)), answer.rows.at(-1)?.seq ?? 0)
      this.#pages.set(page, { rows, through: Math.min(through, endOf(page)), used: ++this.#clock })
      this.#evict()
      this.#change({})
    } catch (thrown) {
      if (store === this.#store) this.#change({ error: toApiError(thrown) })
    } finally {
      if (store === this.#store) this.#loading.delete(page)
    }
  }

  /** Lets go of the pages that were not looked at for the longest time. */
  #evict(): void {
    if (this.#pages.size <= maxPages) return
    const [oldest] = [...this.#pages].sort(([, a], [, b]) => a.used - b.used)
    if (oldest) this.#pages.delete(oldest[0])
  }

  #change(part: Partial<View>): void {
    const before = this.view.get()
    const next = { ...before, ...part, version: before.version + 1 }
    next.unseen = next.follow && !next.paused ? 0 : Math.max(0, this.#head - this.#seen)
    this.view.set(next)
  }
}

const pageOf = (seq: number): number => Math.floor((seq - 1) / pageSize)
const endOf = (page: number): number => (page + 1) * pageSize
