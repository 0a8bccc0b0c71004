import type { ActivityFilter, ActivityFind, ActivityFound } from '../api/types'

/** More matches than these are not held: whoever has so many is asked to narrow the filter. */
export const maxMatches = 100_000
const step = 2_000

/** A list of requests by place. A request keeps its place for the life of the list, while others come before and behind it. */
export interface Places {
  /** The first place. */
  readonly from: number
  /** One more than the last place. */
  readonly to: number
  seq(place: number): number
  /** The place of a request, null if it is not in the list. */
  place(seq: number): number | null
}

/** How far a search has come. */
export interface Progress {
  searching: boolean
  /** Of the log, 0 to 1. */
  share: number
  /** There were more matches than are held. */
  full: boolean
}

/**
 * The requests that a filter finds, found from the newest down and, as new ones arrive, from there up. The newest that was
 * there at the beginning has place -1, so what is found later stands before it and what arrives later behind it.
 */
export class Search implements Places {
  readonly #find: (q: ActivityFind) => Promise<ActivityFound>
  readonly #filter: ActivityFilter
  readonly #store: string
  readonly #begin: number
  /** Called after each answer, with the first request that is still there. */
  readonly #answered: (first: number) => void
  #older: number[] = [] // newest first
  #newer: number[] = [] // oldest first
  #cut = 0 // of newer, dropped because there were too many
  #below: number
  #above: number
  #first = 1
  #bottom = false
  #down = false
  #up = false
  #stopped = false
  #held = false

  constructor(find: (q: ActivityFind) => Promise<ActivityFound>, filter: ActivityFilter, store: string, head: number, answered: (first: number) => void) {
    this.#find = find
    this.#filter = filter
    this.#store = store
    this.#begin = head
    this.#below = head + 1
    this.#above = head
    this.#bottom = head === 0
    this.#answered = answered
  }

  get from(): number {
    return this.#older.length > 0 ? -this.#older.length : this.#cut
  }

  get to(): number {
    return this.#cut + this.#newer.length
  }

  get progress(): Progress {
    const all = this.#begin - this.#first + 1
    const share = this.#bottom || all <= 0 ? 1 : Math.min(1, Math.max(0, (this.#begin - this.#below + 1) / all))
    return { searching: !this.#bottom, share, full: this.#full }
  }

  seq(place: number): number {
    return (place < 0 ? this.#older[-1 - place] : this.#newer[place - this.#cut]) ?? 0
  }

  place(seq: number): number | null {
    const newer = seq > this.#begin
    const list = newer ? this.#newer : this.#older
    let [low, high] = [0, list.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const one = list[middle] ?? 0
      if (newer ? one < seq : one > seq) low = middle + 1
      else high = middle
    }
    if (list[low] !== seq) return null
    return newer ? low + this.#cut : -1 - low
  }

  /** Nothing of it is told any more. */
  stop(): void {
    this.#stopped = true
  }

  /** Held, it asks nothing; down and up then go on from where it was. */
  hold(held: boolean): void {
    this.#held = held
  }

  /** Looks down to the oldest request, or until there are too many; rejects with what the backend said. */
  async down(): Promise<void> {
    if (this.#down || this.#bottom) return
    this.#down = true
    try {
      while (!this.#stopped && !this.#held && !this.#bottom) {
        const answer = await this.#ask({ before: this.#below, after: 0 })
        if (!answer) return
        this.#older.push(...answer.seqs)
        this.#below = answer.through
        this.#bottom = answer.done || this.#full
        this.#took(answer)
      }
    } finally {
      this.#down = false
    }
  }

  /** Looks through what arrived up to head, which may move meanwhile. */
  async up(head: () => number): Promise<void> {
    if (this.#up) return
    this.#up = true
    try {
      while (!this.#stopped && !this.#held && this.#above < head()) {
        const seen = head()
        // 0 would ask for the newest; a seq below all others asks for the oldest.
        const answer = await this.#ask({ before: 0, after: this.#above || -1 })
        if (!answer) return
        this.#newer.push(...answer.seqs)
        this.#above = answer.done ? Math.max(answer.through, seen) : answer.through
        this.#trim()
        this.#took(answer)
      }
    } finally {
      this.#up = false
    }
  }

  /** Forgets requests that are no longer in the log. */
  prune(first: number): void {
    this.#first = Math.max(this.#first, first)
    while ((this.#older.at(-1) ?? first) < first) this.#older.pop()
    if (this.#older.length > 0) return
    let gone = 0
    while ((this.#newer[gone] ?? first) < first) gone++
    this.#drop(gone)
  }

  get #full(): boolean {
    return this.#older.length + this.#newer.length >= maxMatches
  }

  async #ask(from: { before: number; after: number }): Promise<ActivityFound | null> {
    const answer = await this.#find({ filter: this.#filter, ...from, limit: step })
    return this.#stopped || answer.store !== this.#store ? null : answer
  }

  #took(answer: ActivityFound): void {
    this.prune(answer.head.first)
    this.#answered(answer.head.first)
  }

  /** Lets go of the oldest when new ones would make too many. */
  #trim(): void {
    const over = this.#older.length + this.#newer.length - maxMatches
    if (over <= 0) return
    const older = Math.min(over, this.#older.length)
    this.#older.length -= older
    this.#drop(over - older)
  }

  #drop(count: number): void {
    if (count === 0) return
    this.#newer = this.#newer.slice(count)
    this.#cut += count
  }
}
