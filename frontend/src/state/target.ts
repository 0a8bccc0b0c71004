import { type ApiError, toApiError } from '../api/errors'
import type { Target, TargetAttribute, TargetChange, TargetInfo, Targets } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import type { Route } from './route'

export interface TargetState {
  saved: Targets | null
  /** What is chosen and not saved. */
  draft: Readonly<Partial<TargetChange>>
  working: 'save' | 'copy' | null
  /** What could not be done. */
  failed: ApiError | null
  /** Why the targets could not be read. */
  error: ApiError | null
}

type Api = Pick<typeof wails, 'targets' | 'saveTarget' | 'copyTarget'>

const nothing: TargetState = { saved: null, draft: {}, working: null, failed: null, error: null }

/** The system that the folder in view stands in for, and what is being changed of that, which outlives a look at another page. */
export class TargetStore {
  readonly state = new Observable<TargetState>(nothing)

  readonly #api: Api
  #store = ''
  #turn = 0

  constructor(api: Api = wails) {
    this.#api = api
  }

  /** Reads it anew. What is chosen stays, unless another folder is in view. */
  async load(store: string): Promise<void> {
    if (store !== this.#store) {
      this.#store = store
      this.state.set(nothing)
    }
    const turn = ++this.#turn
    try {
      const saved = await this.#api.targets()
      if (turn === this.#turn) this.#change({ saved, error: null })
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ error: toApiError(thrown) })
    }
  }

  /** What would be saved now. */
  choice(): TargetChange {
    const { saved, draft } = this.state.get()
    return { id: draft.id ?? saved?.active ?? '', strict: draft.strict ?? saved?.strict ?? false, administrator: draft.administrator ?? saved?.administrator ?? '' }
  }

  choose(change: Partial<TargetChange>): void {
    const { saved } = this.state.get()
    const draft = { ...this.state.get().draft, ...change }
    if (saved && draft.id === saved.active) delete draft.id
    if (saved && draft.strict === saved.strict) delete draft.strict
    if (saved && draft.administrator === saved.administrator) delete draft.administrator
    this.#change({ draft, failed: null })
  }

  isChanged(): boolean {
    return Object.keys(this.state.get().draft).length > 0
  }

  discard = (): void => this.#change({ draft: {}, failed: null })

  save = (): Promise<boolean> =>
    this.#work('save', async () => {
      const saved = await this.#api.saveTarget(this.choice())
      this.#change({ saved, draft: {} })
    })

  /** Makes a file of the admin's own of a target, which is chosen then. */
  copy = async (id: string): Promise<TargetInfo | null> => {
    let made: TargetInfo | null = null
    await this.#work('copy', async () => {
      made = await this.#api.copyTarget(id)
    })
    return made
  }

  async #work(working: 'save' | 'copy', deed: () => Promise<void>): Promise<boolean> {
    if (this.state.get().working) return false
    const store = this.#store
    this.#turn++
    this.#change({ working, failed: null })
    try {
      await deed()
      if (store === this.#store) this.#change({ working: null })
      return true
    } catch (thrown) {
      if (store === this.#store) this.#change({ working: null, failed: toApiError(thrown) })
      return false
    } finally {
      if (store === this.#store) await this.load(store)
    }
  }

  #change(part: Partial<TargetState>): void {
    this.state.set({ ...this.state.get(), ...part })
  }
}

/** The one of this window. */
export const targetChoice = new TargetStore()

/** What a tutorial may ask for, as the backend names it, and where in the window that is done or seen. */
export const stepPlaces = {
  plan: { page: 'setup', id: 'plan' },
  administrator: { page: 'connection', id: 'system' },
  convert: { page: 'tools', id: 'convert' },
  'one-token': { page: 'connection', id: 'token' },
  'target-token': { page: 'connection', id: 'token' },
  sso: { page: 'connection', id: 'system' },
  app: { page: 'connection', id: 'steps' },
  'app-gallery': { page: 'connection', id: 'steps' },
  provisioning: { page: 'connection', id: 'steps' },
  credentials: { page: 'connection', id: 'token' },
  test: { page: 'connection', id: 'check' },
  mail: { page: 'setup', id: 'start' },
  save: { page: 'connection', id: 'steps' },
  'map-users': { page: 'connection', id: 'target' },
  'external-id': { page: 'connection', id: 'target' },
  department: { page: 'connection', id: 'target' },
  phones: { page: 'connection', id: 'target' },
  'remove-others': { page: 'connection', id: 'target' },
  'map-groups': { page: 'connection', id: 'target' },
  'match-groups': { page: 'connection', id: 'target' },
  scope: { page: 'setup', id: 'start' },
  'scope-all': { page: 'setup', id: 'start' },
  assign: { page: 'setup', id: 'on-demand' },
  accidental: { page: 'setup', id: 'start' },
  'on-demand': { page: 'activity' },
  start: { page: 'connection', id: 'steps' },
  rotate: { page: 'connection', id: 'token' },
  watch: { page: 'overview' },
} as const satisfies Record<string, Partial<Route> & Pick<Route, 'page'>>

export type TargetStep = keyof typeof stepPlaces

/** The step that a code names; null for one of a newer backend. */
export const stepOf = (code: string): TargetStep | null => (Object.keys(stepPlaces) as TargetStep[]).find((one) => one === code) ?? null

const notes = ['not-matching', 'two-readings', 'top-level', 'whole-email'] as const

export const noteOf = (code: string): (typeof notes)[number] | null => notes.find((one) => one === code) ?? null

/** How a line of the table stands. */
export type Finding = 'broken' | 'missing' | 'never' | 'seen' | 'unknown'

export function findingOf({ seen, required, missing, broken }: Pick<TargetAttribute, 'seen' | 'required' | 'missing' | 'broken'>): Finding {
  if (broken > 0) return 'broken'
  if (required && missing > 0) return 'missing'
  return seen === 'seen' || seen === 'never' ? seen : 'unknown'
}

const order: readonly Finding[] = ['missing', 'broken', 'never', 'seen', 'unknown']

/** The lines of the table, gaps first, else as the target has them. */
export function gapsFirst(lines: readonly TargetAttribute[]): TargetAttribute[] {
  const rank = (line: TargetAttribute) => order.indexOf(findingOf(line))
  return lines.map((line, i) => ({ line, i })).sort((a, b) => rank(a.line) - rank(b.line) || a.i - b.i).map(({ line }) => line)
}

/** What Entra has to do about its Tenant URL when another base path is served: nothing, as the old one goes on, or enter the new one. */
export function moves(saved: Targets, next: Pick<TargetInfo, 'basePath'>): 'not' | 'soon' | 'now' {
  const before = saved.list.find((one) => one.id === saved.active)
  if (!before || before.basePath === next.basePath) return 'not'
  return before.basePath === '/scim/v2' ? 'soon' : 'now'
}

/** How many of a kind Entra has written. */
export const written = (target: Pick<Target, 'people' | 'groups'>, type: string): number => (type === 'Group' ? target.groups : target.people)
