import { type ApiError, toApiError } from '../api/errors'
import type { ImportLook, ImportPage, ImportPlan, ImportRow, ImportSource } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { perStore } from '../lib/per-store'
import { PlanList } from './plan'
import { FileUpload } from './upload'

export type Kind = 'people' | 'groups'
export const existings = ['skip', 'empty', 'overwrite'] as const
export type Existing = (typeof existings)[number]
export const delimiters = ['', ',', ';', '\t', '|'] as const
export const encodings = ['', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const

/** What a server's address looks like. */
export const exampleServer = 'https://old.contoso.example/scim/v2'

export interface ImportForm {
  from: 'file' | 'server'
  kind: Kind
  url: string
  /** Of the server; it is kept nowhere but here, and goes when the import is begun or left. */
  token: string
  delimiter: string
  encoding: string
  existing: Existing
}

export interface ImportView {
  form: ImportForm
  look: ImportLook | null
  /** What each column is taken for, by its number; '' is left out. */
  mapping: Readonly<Record<number, string>>
  plan: ImportPlan | null
  working: 'look' | 'plan' | 'apply' | null
  error: ApiError | null
  /** The job that was begun here; 0 for none. */
  job: number
}

const firstForm: ImportForm = { from: 'file', kind: 'people', url: '', token: '', delimiter: '', encoding: '', existing: 'skip' }
const nothing: Omit<ImportView, 'form'> = { look: null, mapping: {}, plan: null, working: null, error: null, job: 0 }

/** Attributes that two columns were mapped to: only one can be meant. */
export function doubled(mapping: Readonly<Record<number, string>>): string[] {
  const all = Object.values(mapping).filter((name) => name !== '')
  return [...new Set(all.filter((name, i) => all.indexOf(name) !== i))]
}

/** Whether the mapping says who a row is. */
export function names(kind: Kind, mapping: Readonly<Record<number, string>>): boolean {
  const has = (...wanted: string[]) => Object.values(mapping).some((name) => wanted.includes(name))
  return kind === 'groups' ? has('displayName', 'externalId', 'id') : has('userName', 'localId', 'id', 'externalId', 'email')
}

type Api = Pick<typeof wails, 'lookAtImport' | 'planImport' | 'importRows' | 'applyImport' | 'putUpload' | 'dropUpload'>

/** The way from a file or a server's list over its columns and a preview to an import. One thing is done at a time; going back loses nothing. */
export class Import {
  readonly view = new Observable<ImportView>({ form: firstForm, ...nothing })
  readonly upload: FileUpload
  readonly rows: PlanList<ImportRow, ImportPage>

  readonly #api: Api
  #turn = 0

  constructor(api: Api = wails) {
    this.#api = api
    this.upload = new FileUpload(api)
    this.rows = new PlanList<ImportRow, ImportPage>((q) => this.#api.importRows(q))
  }

  /** Takes a file, and looks at it. */
  async put(source: File | { name: string; text: string }): Promise<void> {
    this.#drop()
    const turn = this.#turn
    const { form } = this.view.get()
    this.#change({ ...nothing, form: { ...form, delimiter: '', encoding: '' } })
    if ((await this.upload.put(source)) !== '' && turn === this.#turn) await this.look()
  }

  /** Takes the source away, the token with it, and what was read. */
  clear = (): void => {
    this.#drop()
    this.upload.clear()
    this.#change({ ...nothing, form: { ...this.view.get().form, token: '' } })
  }

  /** Changes what is asked for. What was read of another source or kind goes. */
  set(part: Partial<ImportForm>): void {
    const { form } = this.view.get()
    this.#change({ form: { ...form, ...part } })
    if (part.existing !== undefined) return this.#stopPlan()
    this.#drop()
    this.#change({ look: null, mapping: {}, plan: null, working: null, error: null, job: 0 })
    if (this.view.get().form.from === 'file' && this.upload.view.get().id !== '') void this.look()
  }

  /** Reads what the source looks like. */
  look = (): Promise<boolean> =>
    this.#work('look', async (turn) => {
      const look = await this.#api.lookAtImport(this.#source([]))
      if (turn === this.#turn) this.#change({ look, mapping: Object.fromEntries(look.columns.map((c) => [c.column, c.attribute])), plan: null })
    })

  map(column: number, attribute: string): void {
    this.#change({ mapping: { ...this.view.get().mapping, [column]: attribute } })
    this.#stopPlan()
  }

  /** Works out what would become of each row. */
  preview = (): Promise<boolean> =>
    this.#work('plan', async (turn) => {
      const { mapping } = this.view.get()
      const plan = await this.#api.planImport(this.#source(Object.entries(mapping).map(([column, attribute]) => ({ column: Number(column), attribute }))))
      if (turn !== this.#turn) return
      this.#change({ plan })
      this.rows.use(plan.plan)
    })

  /** Goes back from the preview to the columns. */
  back = (): void => {
    this.#drop()
    this.#change({ plan: null, working: null, error: null })
  }

  /** Begins the import. */
  apply = (): Promise<boolean> => {
    const { plan } = this.view.get()
    if (!plan) return Promise.resolve(false)
    return this.#work('apply', async () => {
      const { seq } = await this.#api.applyImport(plan.plan)
      const { form } = this.view.get()
      this.#drop()
      this.upload.clear()
      this.#change({ ...nothing, form: { ...form, token: '' }, job: seq })
    })
  }

  /** After an import: another one. */
  next = (): void => {
    this.clear()
  }

  #source(columns: ImportSource['columns']): ImportSource {
    const { from, kind, url, token, delimiter, encoding, existing } = this.view.get().form
    const file = from === 'file'
    return {
      upload: file ? this.upload.view.get().id : '', url: file ? '' : url.trim(), token: file ? '' : token.trim(), kind, format: '', delimiter: file ? delimiter : '',
      encoding: file ? encoding : '', columns, existing,
    }
  }

  async #work(working: NonNullable<ImportView['working']>, task: (turn: number) => Promise<void>): Promise<boolean> {
    const turn = ++this.#turn
    this.#change({ working, error: null })
    try {
      await task(turn)
      if (turn === this.#turn) this.#change({ working: null })
      return turn === this.#turn
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ working: null, error: toApiError(thrown) })
      return false
    }
  }

  /** A plan under way is not waited for any more: it would be about something else than what is shown. */
  #stopPlan(): void {
    if (this.view.get().working !== 'plan') return
    this.#drop()
    this.#change({ working: null })
  }

  #drop(): void {
    this.#turn++
    this.rows.use('')
  }

  #change(part: Partial<ImportView>): void {
    this.view.set({ ...this.view.get(), ...part })
  }
}

/** The import of a store. */
export const importOf = perStore(() => new Import())
