import { ApiError, toApiError } from '../api/errors'
import type { ListQuery } from '../api/types'
import { Observable } from '../lib/observable'

const pageSize = 200
const maxPages = 30
const concurrent = 2
/** What the backend gives at once at most. */
const sliceSize = 500

/** What somebody asked for; the rest of ListQuery is the list's own business. */
export type Asked = Pick<ListQuery, 'search' | 'state' | 'sort' | 'descending' | 'group'> & Required<Pick<ListQuery, 'quality' | 'manager'>>

/** A list of all that are not deleted, by name. */
export const everybody: Asked = { search: '', state: '', sort: 'name', descending: false, group: '', quality: '', manager: '' }

/** What narrows a list: everything but its order. */
export const narrowing = ({ sort: _, descending: __, ...rest }: Asked) => rest

export interface ListView {
  /** Counts up with everything that may be shown differently. */
  version: number
  asked: Asked
  /** What the rows that are there answer: what was asked before while that is loading. Null before the first answer. */
  answered: Asked | null
  /** Rows in the list, -1 until the first answer. */
  total: number
  /** The list was made before the newest change: refresh makes it anew. */
  stale: boolean
  /** A list is being made; until it is there, rows and total are those of the one before. */
  loading: boolean
  error: ApiError | null
}

interface Answer<Row> {
  store: string
  list: string
  total: number
  from: number
  rows: Row[]
}

/**
 * A list that the backend has put in order, of which the rows in view are loaded in pages of 200. Its order does not change
 * under the pointer: what changed is loaded anew in its place, and the list says that it is stale until refresh.
 */
export class PagedList<Row> {
  readonly view: Observable<ListView>

  readonly #pull: (q: ListQuery) => Promise<Answer<Row>>
  #pages = new Map<number, { rows: Row[]; used: number; old: boolean }>()
  readonly #loading = new Set<number>()
  #list = ''
  #store = ''
  #turn = 0
  #clock = 0
  /** Counts what was told by moved. */
  #moves = 0
  #wanted: [number, number] = [0, 0]
  /** Somebody looks at it. */
  #shown = false

  constructor(pull: (q: ListQuery) => Promise<Answer<Row>>, asked: Partial<Asked> = {}) {
    this.#pull = pull
    const first = { ...everybody, ...asked }
    this.view = new Observable<ListView>({ version: 0, asked: first, answered: null, total: -1, stale: false, loading: false, error: null })
  }

  /** Tells that the list is in view: what it lacks is loaded from now on, until the returned function is called. */
  show(): () => void {
    this.#shown = true
    if (this.#list !== '') this.#load()
    else if (this.#loading.size === 0) this.refresh()
    return () => {
      this.#shown = false
    }
  }

  /** Asks for another list; what is not named stays. What is shown stays until the other list is there. */
  ask(part: Partial<Asked>): void {
    const asked = { ...this.view.get().asked, ...part }
    if (JSON.stringify(asked) === JSON.stringify(this.view.get().asked)) return
    this.#wanted = [0, 0]
    this.#change({ asked })
    this.refresh()
  }

  /** Makes the list anew, at once or when it is looked at. Rows stay in view until the new ones are there. */
  refresh(): void {
    this.#turn++
    this.#list = ''
    this.#loading.clear()
    if (!this.#shown) return
    const [from] = this.#wanted
    void this.#fetch(Math.floor(Math.max(0, from) / pageSize))
  }

  /** Forgets everything: another store. */
  reset(): void {
    this.#turn++
    this.#list = ''
    this.#store = ''
    this.#pages.clear()
    this.#loading.clear()
    this.#wanted = [0, 0]
    this.#change({ answered: null, total: -1, stale: false, loading: false, error: null })
    this.refresh()
  }

  /** Tells that something changed: rows in view are loaded anew in their place, once somebody looks at them. */
  moved(): void {
    this.#moves++
    if (this.#list === '') return
    for (const page of this.#pages.values()) page.old = true
    this.#change({ stale: true })
    this.#load()
  }

  /** A row, undefined while it is not loaded. */
  row(index: number): Row | undefined {
    const page = this.#pages.get(Math.floor(index / pageSize))
    if (page) page.used = ++this.#clock
    return page?.rows[index % pageSize]
  }

  /** Where a row stands, as far as the loaded ones tell. */
  indexOf(is: (row: Row) => boolean): number | null {
    for (const [number, { rows }] of this.#pages) {
      const at = rows.findIndex(is)
      if (at >= 0) return number * pageSize + at
    }
    return null
  }

  /** All rows of a range, loaded or not; they are not kept. It rejects when the list was made anew meanwhile. */
  async rows(from: number, to: number): Promise<Row[]> {
    const list = this.#list
    const { asked } = this.view.get()
    const found: Row[] = []
    for (let index = from; index <= to; ) {
      const known = this.row(index)
      if (known !== undefined) {
        found.push(known)
        index++
        continue
      }
      const answer = await this.#pull({ ...asked, list, from: index, limit: Math.min(sliceSize, to - index + 1) })
      if (answer.list !== list) throw new ApiError('CANCELLED', '')
      if (answer.rows.length === 0) break
      found.push(...answer.rows)
      index += answer.rows.length
    }
    return found
  }

  /** Those with these ids as they are now, wherever they stand and whatever their state is; who is gone is left out. */
  async byIds(ids: readonly string[]): Promise<Row[]> {
    const found: Row[] = []
    for (let at = 0; at < ids.length; at += sliceSize) {
      const answer = await this.#pull({ ...this.view.get().asked, list: '', from: 0, limit: sliceSize, ids: ids.slice(at, at + sliceSize) })
      found.push(...answer.rows)
    }
    return found
  }

  /** Says which rows are in view; what is missing of them is loaded. */
  ensure(from: number, to: number): void {
    this.#wanted = [from, to]
    this.#load()
  }

  /** Tries again after a failed load. */
  retry(): void {
    if (!this.view.get().error) return
    this.#change({ error: null })
    if (this.#list === '') this.refresh()
    else this.#load()
  }

  #load(): void {
    const { total } = this.view.get()
    if (!this.#shown || this.#list === '' || total <= 0 || this.view.get().error) return
    const [from, to] = this.#wanted
    for (let page = Math.floor(Math.max(0, from) / pageSize); page <= Math.floor(Math.min(to, total - 1) / pageSize); page++) {
      if (this.#loading.size >= concurrent) return
      const known = this.#pages.get(page)
      if ((known && !known.old) || this.#loading.has(page)) continue
      void this.#fetch(page)
    }
  }

  async #fetch(page: number): Promise<void> {
    const turn = this.#turn
    const moves = this.#moves
    const list = this.#list
    this.#loading.add(page)
    if (list === '') this.#change({ loading: true, error: null })
    try {
      const answer = await this.#pull({ ...this.view.get().asked, list, from: page * pageSize, limit: pageSize })
      if (turn !== this.#turn) return
      this.#loading.delete(page)
      if (this.#store !== '' && answer.store !== this.#store) return // of another store; reset is about to be called
      if (list !== this.#list) {
        this.#load() // of an order that is not shown any more
        return
      }
      const made = answer.list !== list
      this.#store = answer.store
      if (made) {
        this.#list = answer.list
        this.#pages = new Map()
      }
      this.#pages.set(page, { rows: answer.rows, used: ++this.#clock, old: moves !== this.#moves })
      this.#evict()
      this.#change({ total: answer.total, error: null, ...(made ? { answered: this.view.get().asked, loading: false, stale: moves !== this.#moves } : {}) })
      this.#load()
    } catch (thrown) {
      if (turn !== this.#turn) return
      this.#loading.delete(page)
      // Rows that answer another question than the one that is asked now must not stay.
      const foreign = list === '' && this.view.get().answered !== this.view.get().asked
      if (foreign) this.#pages.clear()
      this.#change({ error: toApiError(thrown), loading: false, ...(foreign ? { total: -1, answered: null } : {}) })
    }
  }

  #evict(): void {
    if (this.#pages.size <= maxPages) return
    const [oldest] = [...this.#pages].sort(([, a], [, b]) => a.used - b.used)
    if (oldest) this.#pages.delete(oldest[0])
  }

  #change(part: Partial<ListView>): void {
    const before = this.view.get()
    this.view.set({ ...before, ...part, version: before.version + 1 })
  }
}
