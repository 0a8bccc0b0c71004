import { type ApiError, toApiError } from '../api/errors'
import type { Settings } from '../api/types'
import { saveSettings, settings } from '../api/wails'
import { Observable } from '../lib/observable'

export const fields = ['listen', 'requestDays', 'deletedDays'] as const
export type Field = (typeof fields)[number]

/** What is saved together. */
export const sections = { listen: ['listen'], keep: ['requestDays', 'deletedDays'] } as const satisfies Record<string, readonly Field[]>
export type Section = keyof typeof sections

const mostDays = 3650

export interface Draft {
  saved: Settings | null
  /** What was typed and is not saved, as it was typed. */
  typed: Readonly<Partial<Record<Field, string>>>
  saving: Section | null
  /** Why a section could not be saved. */
  failed: { section: Section; error: ApiError } | null
  /** Why the settings could not be read. */
  error: ApiError | null
}

/** The settings of the user's own folder and what is being changed of them, which outlives a look at another page. */
export class SettingsDraft {
  readonly state = new Observable<Draft>({ saved: null, typed: {}, saving: null, failed: null, error: null })

  readonly #api: { settings: typeof settings; saveSettings: typeof saveSettings }
  #turn = 0

  constructor(api: { settings: typeof settings; saveSettings: typeof saveSettings } = { settings, saveSettings }) {
    this.#api = api
  }

  /** Reads what is saved. What is typed stays, unless it belongs to another folder. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    try {
      const saved = await this.#api.settings()
      if (turn !== this.#turn) return
      const before = this.state.get()
      const other = before.saved !== null && before.saved.folder !== saved.folder
      this.#change({ saved, error: null, ...(other ? { typed: {}, failed: null } : {}) })
    } catch (thrown) {
      if (turn === this.#turn) this.#change({ error: toApiError(thrown) })
    }
  }

  /** What stands in a field. */
  value(field: Field): string {
    const { typed, saved } = this.state.get()
    return typed[field] ?? String(saved?.[field] ?? '')
  }

  type(field: Field, text: string): void {
    const { saved, typed, failed } = this.state.get()
    const next = { ...typed, [field]: text }
    if (saved && text.trim() === String(saved[field])) delete next[field]
    this.#change({ typed: next, failed: failed && (sections[failed.section] as readonly Field[]).includes(field) ? null : failed })
  }

  isTyped(section: Section): boolean {
    return sections[section].some((field) => field in this.state.get().typed)
  }

  discard(section: Section): void {
    const { typed, failed } = this.state.get()
    const next = { ...typed }
    for (const field of sections[section]) delete next[field]
    this.#change({ typed: next, failed: failed?.section === section ? null : failed })
  }

  /** Saves one section; what is typed in the other stays. Gives the settings, null if they could not be saved. */
  async save(section: Section): Promise<Settings | null> {
    const { saved, saving, typed: sent } = this.state.get()
    if (!saved || saving || sections[section].some((field) => isWrong(field, this.value(field)))) return null
    const own = (field: Field) => ((sections[section] as readonly Field[]).includes(field) ? this.value(field).trim() : String(saved[field]))
    this.#turn++
    this.#change({ saving: section, failed: null })
    try {
      const after = await this.#api.saveSettings({ listen: own('listen'), requestDays: Number(own('requestDays')), deletedDays: Number(own('deletedDays')) })
      // What was typed meanwhile is another change, which is not saved yet.
      const typed = { ...this.state.get().typed }
      for (const field of sections[section]) if (typed[field] === sent[field]) delete typed[field]
      this.#change({ saved: after, saving: null, error: null, typed })
      return after
    } catch (thrown) {
      this.#change({ saving: null, failed: { section, error: toApiError(thrown) } })
      return null
    }
  }

  /** Which of the days would be fewer, so that something is removed; days are the new ones. */
  shortened(): { field: 'requestDays' | 'deletedDays'; days: number }[] {
    const { saved } = this.state.get()
    if (!saved) return []
    return sections.keep
      .map((field) => ({ field, days: Number(this.value(field)) }))
      .filter(({ field, days }) => days > 0 && (saved[field] === 0 || days < saved[field]))
  }

  #change(part: Partial<Draft>): void {
    this.state.set({ ...this.state.get(), ...part })
  }
}

/** Whether a value can't be saved whatever the backend thinks of it. */
export function isWrong(field: Field, text: string): boolean {
  const value = text.trim()
  if (field === 'listen') {
    const port = Number(/^\S+:(\d{1,5})$/.exec(value)?.[1] ?? 0)
    return port < 1 || port > 65_535
  }
  return !/^\d{1,4}$/.test(value) || Number(value) > mostDays
}

/** Which field an error is about. */
export function fieldOf({ section, error }: { section: Section; error: ApiError }): Field | null {
  if (section === 'listen') return ['BAD_SETTING', 'BAD_ADDRESS', 'PORT_BUSY', 'LISTEN_EXPOSED', 'NO_PERMISSION'].includes(error.code) ? 'listen' : null
  if (error.code !== 'BAD_SETTING') return null
  return sections.keep.find((field) => error.message.includes(field)) ?? null
}

/** The one of this window: settings belong to the user's own folder, whatever is shown. */
export const settingsDraft = new SettingsDraft()
