import { type ApiError, toApiError } from '../api/errors'
import type { Connection, ConnectionSettings } from '../api/types'
import * as wails from '../api/wails'
import { Observable } from '../lib/observable'
import { type Way, wayOf } from '../lib/tunnel'

/** What is typed and saved together. */
export const forms = { ngrok: ['domain', 'proxy'], own: ['publicUrl', 'certFile', 'keyFile', 'trustedProxies'] } as const satisfies Record<string, readonly (keyof ConnectionSettings)[]>
export type Form = keyof typeof forms
export type Field = (typeof forms)[Form][number]
const fields: readonly Field[] = [...forms.ngrok, ...forms.own]

/** What is chosen and holds at once. */
export type Choice = Partial<Pick<ConnectionSettings, 'edgePolicy' | 'entraOnly' | 'keepAwake' | 'allNight' | 'plan'>>

/** What is under way, and what an error belongs to. */
export type Work = 'way' | Form | 'edge' | 'night' | 'plan' | 'token' | 'forget' | 'start' | 'stop' | 'reconnect' | 'settle'

export interface ConnectionState {
  saved: Connection | null
  /** The way that was chosen and is not saved; null while it is the saved one. */
  way: Way | null
  /** What was typed and is not saved, as it was typed. */
  typed: Readonly<Partial<Record<Field, string>>>
  working: Work | null
  /** What could not be done, and why. */
  failed: { work: Work; error: ApiError } | null
  /** Why the connection could not be read. */
  error: ApiError | null
}

type Api = Pick<typeof wails, 'connection' | 'saveConnection' | 'saveAuthtoken' | 'forgetAuthtoken' | 'startTunnel' | 'stopTunnel' | 'reconnect' | 'settleAddress'>

const nothing: ConnectionState = { saved: null, way: null, typed: {}, working: null, failed: null, error: null }

/**
 * How Entra reaches the folder in view, and what is being changed of it, which outlives a look at another page. One thing is
 * done at a time. The authtoken passes through and is never kept here.
 */
export class ConnectionStore {
  readonly state = new Observable<ConnectionState>(nothing)

  readonly #api: Api
  #store = ''
  #turn = 0

  constructor(api: Api = wails) {
    this.#api = api
  }

  /** Reads it anew. What is typed stays, unless another folder is in view. */
  async load(store: string): Promise<void> {
    if (store !== this.#store) {
      this.#store = store
      this.state.set(nothing)
    }
    const turn = ++this.#turn
    try {
      const saved = await this.#api.connection()
      if (turn === this.#turn) this.#took(saved)
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ error: toApiError(thrown) })
    }
  }

  /** The way whose part of the page is shown. */
  way(): Way {
    const { way, saved } = this.state.get()
    return way ?? wayOf(saved?.settings.way ?? '')
  }

  chooseWay(way: Way): void {
    const { saved, failed } = this.state.get()
    this.#change({ way: saved && way === wayOf(saved.settings.way) ? null : way, failed: failed && isOfSettings(failed.work) ? null : failed })
  }

  /** What stands in a field. */
  value(field: Field): string {
    const { typed, saved } = this.state.get()
    return typed[field] ?? saved?.settings[field] ?? ''
  }

  type(field: Field, text: string): void {
    const { saved, typed, failed } = this.state.get()
    const next = { ...typed, [field]: text }
    if (saved && text.trim() === saved.settings[field]) delete next[field]
    this.#change({ typed: next, failed: failed && fieldsOf(failed.error).includes(field) ? null : failed })
  }

  isTyped(form: Form): boolean {
    return forms[form].some((field) => field in this.state.get().typed)
  }

  discard(form: Form): void {
    const typed = { ...this.state.get().typed }
    for (const field of forms[form]) delete typed[field]
    this.#change({ typed, way: null, failed: null })
  }

  /** Saves the chosen way, with what is typed for it; what is typed for another way stays. */
  saveWay(work: 'way' | Form): Promise<boolean> {
    const way = this.way()
    return this.#work(work, () => this.#save({ way, ...this.#typedFor(way) }))
  }

  /** Saves what holds at once; what is typed stays. */
  choose(work: 'edge' | 'night' | 'plan', change: Choice): Promise<boolean> {
    return this.#work(work, () => this.#save(change))
  }

  /** Keeps the authtoken, and goes by ngrok with it. */
  saveToken(secret: string, place: 'keychain' | 'file'): Promise<boolean> {
    return this.#work('token', async () => {
      await this.#api.saveAuthtoken(secret, place)
      const { saved, typed } = this.state.get()
      const typedNow = forms.ngrok.some((field) => field in typed)
      if (saved && (saved.settings.way !== 'ngrok' || typedNow)) await this.#save({ way: 'ngrok', ...this.#typedFor('ngrok') })
    })
  }

  forgetToken = (): Promise<boolean> => this.#work('forget', () => this.#api.forgetAuthtoken())
  start = (): Promise<boolean> => this.#work('start', () => this.#api.startTunnel())
  stop = (): Promise<boolean> => this.#work('stop', () => this.#api.stopTunnel())
  reconnect = (): Promise<boolean> => this.#work('reconnect', () => this.#api.reconnect())
  settle = (): Promise<boolean> => this.#work('settle', () => this.#api.settleAddress())

  #typedFor(way: Way): Partial<ConnectionSettings> {
    const { typed } = this.state.get()
    const own: readonly Field[] = way === 'none' ? [] : forms[way]
    return Object.fromEntries(own.filter((field) => field in typed).map((field) => [field, this.value(field).trim()]))
  }

  async #save(change: Partial<ConnectionSettings>): Promise<void> {
    const { saved, typed: sent } = this.state.get()
    if (!saved) return
    const after = await this.#api.saveConnection({ ...saved.settings, ...change })
    // What was typed meanwhile is another change, which is not saved yet.
    const typed = { ...this.state.get().typed }
    for (const field of fields) if (field in change && typed[field] === sent[field]) delete typed[field]
    this.#change({ typed, ...(change.way ? { way: null } : {}) })
    this.#took(after)
  }

  /** Does one thing, then reads how it stands; whether it could be done. */
  async #work(work: Work, deed: () => Promise<void>): Promise<boolean> {
    if (this.state.get().working) return false
    const store = this.#store
    this.#turn++
    this.#change({ working: work, failed: null })
    try {
      await deed()
      if (store === this.#store) this.#change({ working: null })
      return true
    } catch (thrown) {
      if (store === this.#store) this.#change({ working: null, failed: { work, error: toApiError(thrown) } })
      return false
    } finally {
      if (store === this.#store) await this.load(store)
    }
  }

  #took(saved: Connection): void {
    this.#change({ saved, error: null })
  }

  #change(part: Partial<ConnectionState>): void {
    this.state.set({ ...this.state.get(), ...part })
  }
}

const isOfSettings = (work: Work) => work === 'way' || work === 'ngrok' || work === 'own'

/** Which fields an error is about: the backend names each by its name and says what it must be. */
export function fieldsOf(error: Pick<ApiError, 'code' | 'message'>): Field[] {
  return error.code === 'BAD_SETTING' ? fields.filter((field) => new RegExp(`\\b${field}\\b`).test(error.message)) : []
}

/** What somebody pasted as authtoken: the token alone, also out of the command that ngrok shows with it. */
export function pastedToken(text: string): string {
  return /^(?:ngrok\s+)?(?:config\s+add-authtoken|authtoken:?)\s+(\S+)$/.exec(text.trim())?.[1] ?? text.trim()
}

/** What is wrong with an authtoken whatever ngrok thinks of it: none, or something else was copied. */
export function tokenFault(text: string): 'missing' | 'words' | 'credential' | null {
  const token = pastedToken(text)
  if (!token) return 'missing'
  if (/\s/.test(token) || /^https?:/.test(token)) return 'words'
  return /^(cr|ak|ep|usr)_/.test(token) ? 'credential' : null
}

/** The one of this window. */
export const connection = new ConnectionStore()
