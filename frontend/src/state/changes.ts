import { type ApiError, toApiError } from '../api/errors'
import type { HistoryPage, HistoryQuery, HistoryRow } from '../api/types'
import { Observable } from '../lib/observable'

const pageSize = 100

export interface ChangesView {
  /** Newest first. */
  rows: readonly HistoryRow[]
  /** There are older ones. */
  more: boolean
  /** The first answer has come. */
  ready: boolean
  loading: boolean
  error: ApiError | null
}

const empty: ChangesView = { rows: [], more: false, ready: false, loading: false, error: null }

/** The changes of one person or group, newest first, a page at a time; new ones come in at the top. Late answers are dropped. */
export class ChangeList {
  readonly view = new Observable<ChangesView>(empty)

  readonly #type: 'User' | 'Group'
  readonly #pull: (q: HistoryQuery) => Promise<HistoryPage>
  #id = ''
  #turn = 0
  /** Something came while a page was on its way. */
  #again = false

  constructor(type: 'User' | 'Group', pull: (q: HistoryQuery) => Promise<HistoryPage>) {
    this.#type = type
    this.#pull = pull
  }

  show(id: string): void {
    if (id === this.#id) return
    this.#id = id
    this.view.set(empty)
    this.#load(0)
  }

  /** Loads the next older page. */
  older(): void {
    const { rows, more, loading } = this.view.get()
    const last = rows.at(-1)
    if (more && !loading && last) this.#load(last.seq)
  }

  /** Asks for what came since, or again for what could not be loaded. */
  reload(): void {
    if (this.#id === '') return
    if (this.view.get().loading) this.#again = true
    else this.#load(0)
  }

  /** Drops what is still to come. */
  close(): void {
    this.#turn++
  }

  #load(before: number): void {
    const turn = ++this.#turn
    this.#again = false
    this.view.set({ ...this.view.get(), loading: true })
    this.#pull({ type: this.#type, id: this.#id, before, limit: pageSize }).then(
      (page) => turn === this.#turn && this.#took(before, page),
      (thrown: unknown) => turn === this.#turn && this.view.set({ ...this.view.get(), loading: false, error: toApiError(thrown) }),
    )
  }

  #took(before: number, page: HistoryPage): void {
    const known = this.view.get()
    const done = { ready: true, loading: false, error: null }
    const last = page.rows.at(-1)
    if (before > 0) {
      this.view.set({ ...done, rows: [...known.rows, ...page.rows], more: page.more })
    } else if (last && page.more && known.rows.some((row) => row.seq === last.seq)) {
      // The newest page meets what is known: what is older stays.
      this.view.set({ ...done, rows: [...page.rows, ...known.rows.filter((row) => row.seq < last.seq)], more: known.more })
    } else {
      this.view.set({ ...done, rows: page.rows, more: page.more })
    }
    if (this.#again) this.#load(0)
  }
}
