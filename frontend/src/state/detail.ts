import { type ApiError, toApiError } from '../api/errors'
import { Observable } from '../lib/observable'

/** What is shown of the one before while the next is loaded; longer than that, nothing. */
const patience = 300

export interface DetailView<T> {
  id: string
  /** What was loaded last: of id, or for a moment of the one before. Null while there is nothing. */
  value: T | null
  loading: boolean
  error: ApiError | null
}

/**
 * One person or group in full, loaded when it is opened and anew when something changed: never twice at once, so that a slow answer
 * is shown however often something changes. What comes late for another one is dropped.
 */
export class Detail<T extends { id: string }> {
  readonly view = new Observable<DetailView<T>>({ id: '', value: null, loading: false, error: null })

  readonly #pull: (id: string) => Promise<T>
  #turn = 0
  #loading = false
  /** Something changed while an answer was on its way. */
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(pull: (id: string) => Promise<T>) {
    this.#pull = pull
  }

  show(id: string): void {
    if (id === this.view.get().id) return
    clearTimeout(this.#timer)
    this.view.set({ ...this.view.get(), id, loading: true, error: null })
    this.#timer = setTimeout(() => {
      const { value } = this.view.get()
      if (value && value.id !== id) this.view.set({ ...this.view.get(), value: null })
    }, patience)
    void this.#load()
  }

  /** Loads again what is shown, which stays meanwhile. */
  reload(): void {
    if (this.#loading) this.#again = true
    else if (this.view.get().id !== '') void this.#load()
  }

  /** Drops what is still to come. */
  close(): void {
    this.#turn++
    this.#loading = this.#again = false
    clearTimeout(this.#timer)
  }

  async #load(): Promise<void> {
    const turn = ++this.#turn
    this.#loading = true
    this.#again = false
    const { id } = this.view.get()
    try {
      const value = await this.#pull(id)
      if (turn !== this.#turn) return
      this.view.set({ id, value, loading: false, error: null })
    } catch (thrown) {
      if (turn !== this.#turn) return
      const { value } = this.view.get()
      this.view.set({ id, value: value?.id === id ? value : null, loading: false, error: toApiError(thrown) })
    }
    this.#loading = false
    if (this.#again) void this.#load()
  }
}
