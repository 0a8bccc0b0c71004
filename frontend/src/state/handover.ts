import { type ApiError, toApiError } from '../api/errors'
import type { HandoverColumn, HandoverInfo, HandoverPage, HandoverRequest, HandoverRow, HandoverSettings, HandoverState } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { perStore } from '../lib/per-store'
import { PlanList } from './plan'

/** The two files of a hand-over, whose columns are chosen. */
export const tables = ['people', 'members'] as const
export type Table = (typeof tables)[number]

/** When hand-overs are made by themselves. */
export const schedules = ['off', 'hour', 'day', 'cycle'] as const
export type Schedule = (typeof schedules)[number]

/** What the backend takes: columns of a file, characters of a header and of a file's name. */
export const limits = { columns: 60, header: 100, name: 100 }

export interface HandoverView {
  /** What is changed of the settings and not saved. */
  draft: HandoverSettings | null
  saving: boolean
  /** Why the settings could not be saved. */
  refused: ApiError | null
  /** What is being made. */
  making: 'next' | 'full' | 'again' | null
  /** What was made last, with how. */
  made: { what: 'next' | 'full' | 'again'; info: HandoverInfo } | null
  /** Why it could not be made. */
  failed: ApiError | null
}

type Api = Pick<typeof wails, 'handoverRows' | 'saveHandover' | 'handOver'>

/** What is done on the page of hand-overs; it outlives a look at another page. */
export class Handover {
  readonly view = new Observable<HandoverView>({ draft: null, saving: false, refused: null, making: null, made: null, failed: null })
  /** Whom the next one tells of. */
  readonly rows: PlanList<HandoverRow, HandoverPage>
  readonly counts = new Observable<HandoverPage['counts']>([])

  readonly #api: Api

  constructor(api: Api = wails) {
    this.#api = api
    this.rows = new PlanList<HandoverRow, HandoverPage>((q) => api.handoverRows({ ...q, plan: '' }), ({ counts }) => this.counts.set(counts))
    this.rows.use('next')
  }

  /** Changes what is not saved yet; what is as it was saved is no change. */
  edit(saved: HandoverSettings, part: Partial<HandoverSettings>): void {
    const draft = { ...(this.view.get().draft ?? saved), ...part }
    this.#change({ draft: JSON.stringify(draft) === JSON.stringify(saved) ? null : draft, refused: null })
  }

  discard = (): void => this.#change({ draft: null, refused: null })

  /** Saves the settings; null if they could not be. */
  async save(): Promise<HandoverState | null> {
    const { draft, saving } = this.view.get()
    if (!draft || saving) return null
    this.#change({ saving: true, refused: null })
    try {
      const state = await this.#api.saveHandover(draft)
      this.#change({ saving: false, draft: this.view.get().draft === draft ? null : this.view.get().draft })
      return state
    } catch (thrown) {
      this.#change({ saving: false, refused: toApiError(thrown) })
      return null
    }
  }

  /** Makes files; null if they could not be, or something is being made already. */
  async make(what: 'next' | 'full' | 'again', request: Partial<HandoverRequest> = {}): Promise<HandoverInfo | null> {
    if (this.view.get().making) return null
    this.#change({ making: what, made: null, failed: null })
    try {
      const info = await this.#api.handOver({ folder: '', again: 0, full: what === 'full', ...request })
      this.#change({ making: null, made: { what, info } })
      this.rows.moved()
      return info
    } catch (thrown) {
      this.#change({ making: null, failed: toApiError(thrown) })
      return null
    }
  }

  /** Takes away what is said of the last one. */
  forget = (): void => this.#change({ made: null, failed: null })

  #change(part: Partial<HandoverView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

/** What is wrong with a column, as the backend would say. */
export function columnFault(columns: readonly HandoverColumn[], index: number): 'empty' | 'twice' | null {
  const name = (i: number) => columns[i]?.header.trim().toLowerCase() ?? ''
  if (name(index) === '') return 'empty'
  return columns.some((_, i) => i !== index && name(i) === name(index)) ? 'twice' : null
}

/** Whether a template names every file. */
export const isName = (template: string): boolean => template.includes('{n}') && template.includes('{what}') && template.length <= limits.name

/** Whether settings can be saved whatever the backend thinks of them. */
export function isWrong(settings: HandoverSettings): boolean {
  const columns = tables.some((table) => settings[table].length === 0 || settings[table].some((_, i) => columnFault(settings[table], i) !== null))
  return columns || !isName(settings.name) || (settings.every !== 'off' && settings.folder === '')
}

/** The one of a store. */
export const handoverOf = perStore(() => new Handover())
