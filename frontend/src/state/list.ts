import { type ApiError, toApiError } from '../api/errors'
import type { ListQuery } from '../api/types'
import { Observable } from '../lib/observable'

const pageSize = 200
const maxPages = 30
const concurrent = 2

/** What somebody asked for; the rest of ListQuery is the list's own business. */
export type Asked = Pick<ListQuery, 'search' | 'state' | 'sort' | 'descending' | 'group'>

export interface ListView {
  version: number
  asked: Asked
  /** Rows in the list, -1 until the first answer for what was asked. */
  total: number
  /** The list was made before the newest change: refresh makes it anew. */
  stale: boolean
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
  #turn = 0
  #clock = 0
  #wanted: [number, number] = [0, 0]
  #started = false

  constructor(pull: (q: ListQuery) => Promise<Answer<Row>>, asked: Partial<Asked> = {}) {
    this.#pull = pull
    const first = { search: '', state: '', sort: 'name', descending: false, group: '', ...asked }
    this.view = new Observable<ListView>({ version: 0, asked: first, total: -1, stale: false, loading: false, error: null })
  }

  /** Asks for the list if that was not done yet. */
  start(): void {
    if (!this.#started) this.refresh()
  }

  /** Asks for another list; what is not named stays. */
  ask(part: Partial<Asked>): void {
    const asked = { ...this.view.get().asked, ...part }
    if (JSON.stringify(asked) === JSON.stringify(this.view.get().asked) && this.#started) return
    this.#change({ asked, total: -1 })
    this.#wanted = [0, 0]
    this.refresh()
  }

  /** Makes the list anew. Rows stay in view until the new ones are there. */
  refresh(): void {
    this.#started = true
    this.#turn++
    this.#list = ''
    this.#loading.clear()
    const [from] = this.#wanted
    void this.#fetch(Math.floor(Math.max(0, from) / pageSize))
  }

  /** Forgets everything: another store. */
  reset(): void {
    this.#turn++
    this.#list = ''
    this.#pages.clear()
    this.#loading.clear()
    this.#wanted = [0, 0]
    const again = this.#started
    this.#started = false
    this.#change({ total: -1, stale: false, loading: false, error: null })
    if (again) this.start()
  }

  /** Tells that something changed: rows in view are loaded anew in their place. */
  moved(): void {
    if (!this.#started || this.#list === '') return
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

  /** Says which rows are in view; what is missing of them is loaded. */
  ensure(from: number, to: number): void {
    this.#wanted = [from, to]
    if (!this.view.get().error) this.#load()
  }

  /** Tries again after a failed load. */
  retry(): void {
    this.#change({ error: null })
    if (this.#list === '') this.refresh()
    else this.#load()
  }

  #load(): void {
    const { total } = this.view.get()
    if (this.#list === '' || total <= 0) return
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
    const first = this.#list === ''
    this.#loading.add(page)
    if (first) this.#change({ loading: true })
    try {
      const answer = await this.#pull({ ...this.view.get().asked, list: this.#list, from: page * pageSize, limit: pageSize })
      if (turn !== this.#turn) return
      if (answer.list !== this.#list) {
        this.#list = answer.list
        this.#pages = new Map()
      }
      this.#pages.set(page, { rows: answer.rows, used: ++this.#clock, old: false })
      this.#evict()
      this.#loading.delete(page)
      this.#change({ total: answer.total, loading: false, error: null, ...(first ? { stale: false } : {}) })
      this.#load()
    } catch (thrown) {
      if (turn !== this.#turn) return
      this.#loading.delete(page)
      this.#change({ error: toApiError(thrown), loading: false })
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
