import { findActivity } from '../api/wails'
import type { ActivityFilter } from '../api/types'
import { Observable } from '../lib/observable'
import type { Session } from './session'

/** From here on "99+" is said, and nothing more is counted. */
export const most = 100
const askAfter = 1_000
/** ActivityFind.after for the oldest requests: 0 would ask for the newest. */
const beginning = -1

const failed: ActivityFilter = {
  outcomes: ['failure', 'error'], methods: [], actions: [], status: 0, person: '', resource: '', text: '', from: '', until: '',
  unlike: false,
}

/**
 * Failures that came since the list of requests was last looked at. Each question asks only for what came after the last
 * one, at most once a second, and none is asked while the list is in view.
 */
export class Unseen {
  readonly count = new Observable(0)

  readonly #find: typeof findActivity
  #store = ''
  #head = 0
  #through = 0
  #looking = false
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(find = findActivity) {
    this.#find = find
  }

  /** Begins with what the session shows, and anew with each other store. */
  follow(session: Session): () => void {
    const look = () => {
      const snapshot = session.state.get().snapshot
      if (snapshot && snapshot.store !== this.#store) this.#begin(snapshot.store, snapshot.activity.last)
    }
    look()
    return session.state.subscribe(look)
  }

  /** Tells that so many requests came in. */
  arrived(count: number): void {
    this.#head += count
    if (this.#looking) this.#through = this.#head
    else if (this.#missing) this.#timer ??= setTimeout(() => void this.#ask(), askAfter)
  }

  /** Says whether the list of requests is in view. */
  look(looking: boolean): void {
    this.#looking = looking
    if (!looking) return
    this.#forget()
    this.#through = this.#head
  }

  #begin(store: string, head: number): void {
    this.#store = store
    this.#head = this.#through = head
    this.#forget()
  }

  #forget(): void {
    this.#turn++
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.count.set(0)
  }

  async #ask(): Promise<void> {
    const turn = this.#turn
    let done = false
    try {
      while (!done && this.#missing) {
        const after = this.#through
        const found = await this.#find({ filter: failed, before: 0, after: after || beginning, limit: most })
        if (turn !== this.#turn) return
        if (found.store !== this.#store) break
        this.count.set(this.count.get() + found.seqs.length)
        this.#through = Math.max(found.through, after)
        done = found.done || this.#through === after
      }
    } catch {
      // The list itself tells that it can't be read; the next arrival asks again.
    }
    if (turn !== this.#turn) return
    // What came while it was asked is asked for in a second, not at once: in a busy cycle something always has.
    this.#timer = done && this.#missing ? setTimeout(() => void this.#ask(), askAfter) : undefined
  }

  get #missing(): boolean {
    return this.#through < this.#head && this.count.get() < most
  }
}
