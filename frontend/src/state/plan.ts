import type { PlanQuery } from '../api/types'
import { PagedList } from './list'

/** What a page of anything that was worked out has. */
interface Part<Row> {
  total: number
  rows: Row[]
}

/**
 * The rows of what the backend has worked out, under a name: a plan of user IDs, an import, a list looked up, a forecast, a job. They are loaded
 * in pages of 200, searched and filtered by state; another name drops them. It tells each page that comes, since that may carry newer counts.
 */
export class PlanList<Row, Page extends Part<Row> = Part<Row>> extends PagedList<Row> {
  readonly #plan: { name: string }

  constructor(pull: (q: PlanQuery) => Promise<Page>, came: (page: Page) => void = () => {}) {
    const plan = { name: '' }
    super(async ({ search, state, from, limit }) => {
      const { name } = plan
      if (name === '') return { store: '', list: 'none', total: 0, from: 0, rows: [] }
      const page = await pull({ plan: name, search, state, from, limit })
      if (name === plan.name) came(page)
      return { store: '', list: `${name} ${state} ${search}`, total: page.total, from, rows: page.rows }
    })
    this.#plan = plan
  }

  /** The name of what is shown; '' for nothing. */
  get plan(): string {
    return this.#plan.name
  }

  /** Shows what is kept under a name: all rows from the first, unless it is the one that is shown. */
  use(name: string): void {
    if (name === this.#plan.name) return
    this.#plan.name = name
    const { asked } = this.view.get()
    this.view.set({ ...this.view.get(), asked: { ...asked, search: '', state: '' } })
    this.reset()
  }
}
