import { type ApiError, toApiError } from '../api/errors'
import { Observable } from '../lib/observable'
import type { Asked, PagedList } from './list'

/** So many rows are kept one by one at most; beyond that everything that matches can be chosen. */
export const mostTicked = 10_000

export interface SelectionView<Row> {
  /** What was ticked, by id, as it was when it was ticked. Empty while all is set. */
  rows: ReadonlyMap<string, Row>
  /** Everything that a list answered: a question, not its answer, so that it costs the same however long that is. */
  all: Asked | null
  /** Why the last tick was not made as asked: too many to tick one by one, or they could not be loaded. */
  refused: 'tooMany' | ApiError | null
}

/** The ticked rows of a list. They stay ticked while it is searched, so that a selection can be gathered from several searches. */
export class Selection<Row extends { id: string }> {
  readonly view = new Observable<SelectionView<Row>>({ rows: new Map(), all: null, refused: null })

  readonly #list: PagedList<Row>
  /** Where a range begins, and what was ticked before it. */
  #anchor: { index: number; base: ReadonlyMap<string, Row> } | null = null
  #turn = 0

  constructor(list: PagedList<Row>) {
    this.#list = list
  }

  clear(): void {
    this.#turn++
    this.#anchor = null
    this.view.set({ rows: new Map(), all: null, refused: null })
  }

  /** Forgets where a range begins: the order of rows is another one. */
  reordered(): void {
    this.#anchor = null
  }

  /** Ticks everything that the list answers. */
  tickAll(): void {
    this.clear()
    this.view.set({ rows: new Map(), all: this.#list.view.get().asked, refused: null })
  }

  has(id: string): boolean {
    const { rows, all } = this.view.get()
    return all !== null || rows.has(id)
  }

  /** How many are ticked. */
  count(): number {
    const { rows, all } = this.view.get()
    return all === null ? rows.size : Math.max(0, this.#list.view.get().total)
  }

  /** Ticks a row or takes its tick away. */
  async toggle(index: number): Promise<void> {
    const row = this.#list.row(index)
    if (!row || row.id === '') return
    const turn = ++this.#turn
    const rows = new Map(await this.#single(turn))
    if (turn !== this.#turn || this.view.get().all !== null) return
    if (!rows.delete(row.id)) {
      if (rows.size >= mostTicked) {
        this.#refuse('tooMany')
        return
      }
      rows.set(row.id, row)
    }
    this.#anchor = { index, base: new Map(rows) }
    this.view.set({ rows, all: null, refused: null })
  }

  /** Ticks from where the last tick was made, else from start, up to a row; a shorter range takes the rest of a longer one back. */
  async extend(index: number, start: number): Promise<void> {
    if (this.view.get().all !== null) return
    this.#anchor ??= { index: start, base: this.view.get().rows }
    const { base, index: anchor } = this.#anchor
    const from = Math.min(anchor, index)
    const to = Math.max(anchor, index)
    const turn = ++this.#turn
    if (to - from + 1 + base.size > mostTicked) {
      this.#refuse('tooMany')
      return
    }
    try {
      const range = await this.#list.rows(from, to)
      if (turn !== this.#turn) return
      const rows = new Map(base)
      for (const row of range) if (row.id !== '') rows.set(row.id, row)
      this.view.set({ rows, all: null, refused: null })
    } catch (thrown) {
      if (turn === this.#turn) this.#refuse(toApiError(thrown))
    }
  }

  /** The ticked rows one by one; all of a short list are loaded for it. */
  async #single(turn: number): Promise<ReadonlyMap<string, Row>> {
    const { rows, all } = this.view.get()
    if (all === null) return rows
    const { total } = this.#list.view.get()
    if (total > mostTicked) {
      this.#refuse('tooMany')
      return rows
    }
    try {
      const every = await this.#list.rows(0, total - 1)
      if (turn !== this.#turn) return rows
      const single = new Map(every.filter((row) => row.id !== '').map((row) => [row.id, row]))
      this.view.set({ rows: single, all: null, refused: null })
      return single
    } catch (thrown) {
      if (turn === this.#turn) this.#refuse(toApiError(thrown))
      return rows
    }
  }

  #refuse(refused: 'tooMany' | ApiError): void {
    this.view.set({ ...this.view.get(), refused })
  }
}
