import { groups, people } from '../api/wails'
import { type ApiError, toApiError } from '../api/errors'
import type { GroupRow, ListQuery, PersonRow } from '../api/types'
import { Observable } from '../lib/observable'

const most = 5
const debounce = 150

export interface Found {
  people: readonly PersonRow[]
  groups: readonly GroupRow[]
  /** How many there are, of which the first are given. */
  totals: { people: number; groups: number }
}

export interface Looked extends Found {
  /** What was looked for; what is found belongs to it. */
  text: string
  loading: boolean
  error: ApiError | null
}

const none: Found = { people: [], groups: [], totals: { people: 0, groups: 0 } }

/** Looks for people and groups while somebody types: a moment after the last letter, and only the last question counts. */
export class Lookup {
  readonly view = new Observable<Looked>({ ...none, text: '', loading: false, error: null })

  readonly #api: { people: typeof people; groups: typeof groups }
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: { people: typeof people; groups: typeof groups } = { people, groups }) {
    this.#api = api
  }

  /** Looks for something else. What was found before stays until then, unless there is nothing to look for. */
  ask(typed: string): void {
    const text = typed.trim()
    if (text === this.view.get().text) return
    this.#turn++
    clearTimeout(this.#timer)
    this.view.set({ ...(text ? this.view.get() : none), text, loading: text !== '', error: null })
    if (text) this.#timer = setTimeout(() => void this.#look(), debounce)
  }

  /** Looks for the same once more. */
  retry(): void {
    this.#turn++
    this.view.set({ ...this.view.get(), loading: true, error: null })
    void this.#look()
  }

  /** Nobody waits any longer. */
  stop(): void {
    this.#turn++
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const turn = this.#turn
    const { text } = this.view.get()
    const query: ListQuery = { list: '', search: text, state: '', sort: 'name', descending: false, from: 0, limit: most, group: '' }
    try {
      const [someone, somewhere] = await Promise.all([this.#api.people(query), this.#api.groups(query)])
      if (turn !== this.#turn) return
      const totals = { people: someone.total, groups: somewhere.total }
      this.view.set({ text, people: someone.rows.slice(0, most), groups: somewhere.rows.slice(0, most), totals, loading: false, error: null })
    } catch (thrown) {
      if (turn === this.#turn) this.view.set({ ...none, text, loading: false, error: toApiError(thrown) })
    }
  }
}

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Whether each word that was typed begins a word of what is named so. */
export function fits(typed: string, ...named: string[]): boolean {
  const words = folded(named.join(' ')).split(/[^\p{L}\p{N}]+/u)
  return folded(typed).split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)))
}
