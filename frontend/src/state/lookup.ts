import { type ApiError, toApiError } from '../api/errors'
import type { Lookup as Found, LookupPage, LookupRow, PlanQuery } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { perStore } from '../lib/per-store'
import { PlanList } from './plan'
import { remember, remembered } from './preferences'
import { FileUpload } from './upload'

/** What the values of a list can be; '' is found out for each. */
export const kinds = ['', 'userName', 'email', 'anyEmail', 'localId', 'id', 'externalId', 'name'] as const
export type Kind = (typeof kinds)[number]

/** What can be put beside each value. */
export const outs = ['userName', 'email', 'localId', 'id', 'externalId', 'name', 'status'] as const
export type Out = (typeof outs)[number]

export interface LookupView {
  from: Kind
  /** Which column holds the values; -1 lets the backend find it. */
  column: number
  /** What is put beside each value, in the order of outs. */
  to: readonly Out[]
  found: Found | null
  working: boolean
  error: ApiError | null
}

const viewName = 'lookup-columns'

function kept(): readonly Out[] {
  const names = remembered(viewName)
  const known = Array.isArray(names) ? outs.filter((out) => names.includes(out)) : []
  return known.length > 0 ? known : ['userName', 'email']
}

type Api = Pick<typeof wails, 'lookUp' | 'lookupRows' | 'chooseLookup' | 'putUpload' | 'dropUpload'>

/** A list that is looked up. The backend keeps the file, so that it can be read in another way without being given again. */
export class Lookup {
  readonly view = new Observable<LookupView>({ from: '', column: -1, to: kept(), found: null, working: false, error: null })
  readonly upload: FileUpload
  readonly rows: PlanList<LookupRow, LookupPage>

  readonly #api: Api
  #turn = 0

  constructor(api: Api = wails) {
    this.#api = api
    this.upload = new FileUpload(api)
    this.rows = new PlanList<LookupRow, LookupPage>(
      (q: PlanQuery) => this.#api.lookupRows(q),
      ({ lookup }) => lookup.plan === this.view.get().found?.plan && this.#change({ found: lookup }),
    )
  }

  /** Takes a list, and looks it up. */
  async put(source: File | { name: string; text: string }): Promise<boolean> {
    this.#turn++
    this.rows.use('')
    this.#change({ column: -1, found: null, working: false, error: null })
    return (await this.upload.put(source)) !== '' && this.look()
  }

  /** Takes the list away. */
  clear = (): void => {
    this.#turn++
    this.upload.clear()
    this.rows.use('')
    this.#change({ column: -1, found: null, working: false, error: null })
  }

  /** Reads the list in another way. */
  async read(part: Partial<Pick<LookupView, 'from' | 'column'>>): Promise<void> {
    this.#change(part)
    if (this.upload.view.get().id !== '') await this.look()
  }

  show(to: readonly Out[]): void {
    const ordered = outs.filter((out) => to.includes(out))
    this.#change({ to: ordered })
    remember(viewName, ordered)
  }

  /** Looks the list up; whether it could be. */
  async look(): Promise<boolean> {
    const turn = ++this.#turn
    const { from, column } = this.view.get()
    this.#change({ working: true, error: null })
    try {
      const found = await this.#api.lookUp({ upload: this.upload.view.get().id, from, column })
      if (turn !== this.#turn) return false
      this.#change({ found, column: found.column, working: false })
      this.rows.use(found.plan)
      return true
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ working: false, error: toApiError(thrown) })
      return false
    }
  }

  /** Says who of several is meant by a line, -1 for none of them. */
  async choose(n: number, match: number): Promise<boolean> {
    const { found } = this.view.get()
    if (!found) return false
    try {
      this.#change({ found: await this.#api.chooseLookup({ plan: found.plan, n, match }), error: null })
      this.rows.moved()
      return true
    } catch (thrown) {
      this.#change({ error: toApiError(thrown) })
      return false
    }
  }

  #change(part: Partial<LookupView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

/** The list that is looked up in a store. */
export const lookupOf = perStore(() => new Lookup())
