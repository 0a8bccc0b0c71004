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

/** One person or group in full, loaded when it is opened and anew when something changed. Late answers are dropped. */
export class Detail<T extends { id: string }> {
  readonly view = new Observable<DetailView<T>>({ id: '', value: null, loading: false, error: null })

  readonly #pull: (id: string) => Promise<T>
  #turn = 0
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
    if (this.view.get().id !== '') void this.#load()
  }

  /** Drops what is still to come. */
  close(): void {
    this.#turn++
    clearTimeout(this.#timer)
  }

  async #load(): Promise<void> {
    const turn = ++this.#turn
    const { id } = this.view.get()
    try {
      const value = await this.#pull(id)
      if (turn === this.#turn) this.view.set({ id, value, loading: false, error: null })
    } catch (thrown) {
      if (turn !== this.#turn) return
      const { value } = this.view.get()
      this.view.set({ id, value: value?.id === id ? value : null, loading: false, error: toApiError(thrown) })
    }
  }
}
