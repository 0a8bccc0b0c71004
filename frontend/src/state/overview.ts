import { type ApiError, toApiError } from '../api/errors'
import type { Overview } from '../api/types'
import { Observable } from '../lib/observable'

export interface OverviewView {
  /** What was read last; it stays when reading fails. */
  data: Overview | null
  error: ApiError | null
}

const atMostEvery = 1_000
const afterError = 5_000

/** What the overview shows beside the snapshot. Read anew when something moved, at most once a second, and only in view. */
export class OverviewFeed {
  readonly view = new Observable<OverviewView>({ data: null, error: null })

  readonly #pull: () => Promise<Overview>
  #turn = 0
  #dirty = false
  #reading = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(pull: () => Promise<Overview>) {
    this.#pull = pull
  }

  /** Begins to read; the returned function ends it, and an answer that comes later is dropped. */
  start = (): (() => void) => {
    const shown = () => !document.hidden && this.#dirty && this.moved()
    document.addEventListener('visibilitychange', shown)
    this.moved()
    return () => {
      document.removeEventListener('visibilitychange', shown)
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#turn++
      this.#reading = false
    }
  }

  /** Tells that what is shown may be out of date. */
  moved = (): void => {
    this.#dirty = true
    if (!this.#reading && this.#timer === undefined && !document.hidden) void this.#read()
  }

  retry = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.moved()
  }

  async #read(): Promise<void> {
    const turn = this.#turn
    this.#dirty = false
    this.#reading = true
    let wait = atMostEvery
    try {
      const data = await this.#pull()
      if (turn !== this.#turn) return
      this.view.set({ data, error: null })
    } catch (thrown) {
      if (turn !== this.#turn) return
      this.view.set({ ...this.view.get(), error: toApiError(thrown) })
      wait = afterError
    }
    this.#reading = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#dirty) this.moved()
    }, wait)
  }
}
