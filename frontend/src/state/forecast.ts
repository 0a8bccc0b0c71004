import { type ApiError, toApiError } from '../api/errors'
import type { Forecast as Made, ForecastPage, ForecastRow } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { perStore } from '../lib/per-store'
import { PlanList } from './plan'
import { FileUpload } from './upload'

/** What Entra may match people by, in the orders that are of use; '' is what the target's table says. */
export const matchings = ['', 'userName', 'externalId,userName', 'userName,externalId', 'externalId'] as const
export type Matching = (typeof matchings)[number]

/** And groups. */
export const groupMatchings = ['', 'displayName', 'externalId', 'externalId,displayName'] as const
export type GroupMatching = (typeof groupMatchings)[number]

/** How those are mended whom the first cycle would make twice. */
export type Fix = 'convert' | 'external-id'

/** Which rows are in view. */
export type Shown = 'people' | 'groups'

export interface ForecastView {
  matching: Matching
  groupsBy: GroupMatching
  made: Made | null
  shown: Shown
  working: boolean
  error: ApiError | null
  /** What was last asked of it other than to be made, and went wrong. */
  fixError: ApiError | null
  fixing: boolean
  /** The job that mends externalIds, 0 for none. */
  job: number
}

const nothing: Omit<ForecastView, 'matching' | 'groupsBy'> = { made: null, shown: 'people', working: false, error: null, fixError: null, fixing: false, job: 0 }

type Api = Pick<typeof wails, 'makeForecast' | 'forecastRows' | 'forecastGroups' | 'fixForecast' | 'putUpload' | 'dropUpload'>

/** What Entra's first cycle would do. The files stay at the backend, so that it can be made again after something was mended. */
export class Forecast {
  readonly view = new Observable<ForecastView>({ matching: '', groupsBy: '', ...nothing })
  readonly users: FileUpload
  readonly scope: FileUpload
  readonly groups: FileUpload
  /** People. */
  readonly rows: PlanList<ForecastRow, ForecastPage>
  readonly groupRows: PlanList<ForecastRow, ForecastPage>

  readonly #api: Api
  #turn = 0

  constructor(api: Api = wails) {
    this.#api = api
    this.users = new FileUpload(api)
    this.scope = new FileUpload(api)
    this.groups = new FileUpload(api)
    this.rows = new PlanList<ForecastRow, ForecastPage>((q) => this.#api.forecastRows(q))
    this.groupRows = new PlanList<ForecastRow, ForecastPage>((q) => this.#api.forecastGroups(q))
  }

  /** Takes a file. What was worked out goes: it was about another one. */
  async put(where: 'users' | 'scope' | 'groups', source: File | { name: string; text: string }): Promise<void> {
    this.forget()
    await this[where].put(source)
  }

  /** Takes a file away. */
  drop(where: 'users' | 'scope' | 'groups'): void {
    this.forget()
    this[where].clear()
  }

  /** Chooses what is matched by. What was worked out goes: it was by something else. */
  set(matching: Matching): void {
    this.forget()
    this.#change({ matching })
  }

  /** The same of groups. */
  setGroups(groupsBy: GroupMatching): void {
    this.forget()
    this.#change({ groupsBy })
  }

  /** Goes back to what is asked; the files stay. */
  forget = (): void => {
    this.#turn++
    this.rows.use('')
    this.groupRows.use('')
    this.#change(nothing)
  }

  /** Shows people or groups; there are groups only if their list was given. */
  show(shown: Shown): void {
    if (this.view.get().made?.withGroups) this.#change({ shown })
  }

  /** Works it out, whether for the first time or again. */
  make = async (): Promise<void> => {
    const turn = ++this.#turn
    const { matching, groupsBy } = this.view.get()
    this.#change({ working: true, error: null, fixing: false, fixError: null, job: 0 })
    try {
      const made = await this.#api.makeForecast({
        users: this.users.view.get().id, scope: this.scope.view.get().id, groups: this.groups.view.get().id, matching: pathsOf(matching), groupsBy: pathsOf(groupsBy),
      })
      if (turn !== this.#turn) return
      this.#change({ made, working: false })
      this.rows.use(made.plan)
      this.groupRows.use(made.plan)
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ working: false, error: toApiError(thrown) })
    }
  }

  /** Mends rows, or all that the fix fits. Gives the plan of user IDs to look at, '' where a job sets them, it failed, or nobody waits for it any more. */
  async fix(fix: Fix, n: number[] = []): Promise<string> {
    const { made } = this.view.get()
    if (!made) return ''
    const turn = this.#turn
    this.#change({ fixing: true, fixError: null })
    try {
      const { plan, job } = await this.#api.fixForecast({ plan: made.plan, fix, n })
      if (turn !== this.#turn) return ''
      this.#change({ fixing: false, job })
      return plan
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ fixing: false, fixError: toApiError(thrown) })
      return ''
    }
  }

  #change(part: Partial<ForecastView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

const pathsOf = (list: string) => (list === '' ? [] : list.split(','))

/** The forecast of a store. */
export const forecastOf = perStore(() => new Forecast())
