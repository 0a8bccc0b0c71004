import { toApiError } from '../api/errors'
import type { Quality } from '../api/types'
import { Observable } from '../lib/observable'

/** What a list of people can be narrowed to, as ListQuery.Quality names it. */
export const qualities = ['no-email', 'same-email', 'no-manager-found', 'no-group', 'no-local-id', 'made-here'] as const
export type QualityName = (typeof qualities)[number]

export type Counts = Readonly<Record<QualityName, number>> & {
  /** Somebody has a local ID, so that it is worth showing. */
  readonly anyLocal: boolean
}

/** The pause before they are counted again: so long at least, and so many times as long as counting took. */
const again = 3_000
const calm = 10

/**
 * How many people want a look, by what for. Counting goes through everybody, so it is done never twice at once and takes a small part of the
 * time, however many there are; while it is asked for, and where it can't be told, what was told last stays.
 */
export class QualityCounts {
  readonly view = new Observable<Counts | null>(null)

  readonly #pull: () => Promise<Quality>
  #busy = false
  #dirty = false
  #shown = false

  constructor(pull: () => Promise<Quality>) {
    this.#pull = pull
  }

  /** Tells that they are in view, until the returned function is called. */
  show(): () => void {
    this.#shown = true
    this.moved()
    return () => {
      this.#shown = false
    }
  }

  /** Tells that people have changed. */
  moved(): void {
    this.#dirty = true
    if (!this.#busy && this.#shown) void this.#load()
  }

  async #load(): Promise<void> {
    this.#busy = true
    this.#dirty = false
    const began = Date.now()
    try {
      const { counts, localIds } = await this.#pull()
      const of = (name: string) => counts.find((c) => c.state === name)?.count ?? 0
      this.view.set({ ...(Object.fromEntries(qualities.map((name) => [name, of(name)])) as Record<QualityName, number>), anyLocal: localIds })
    } catch (thrown) {
      // Lists say themselves what is wrong; without counts the chips are not there.
      if (toApiError(thrown).code === 'CANCELLED') this.#dirty = true
    }
    setTimeout(() => {
      this.#busy = false
      if (this.#dirty) this.moved()
    }, Math.max(again, calm * (Date.now() - began)))
  }
}
