import { useEffect, useState } from 'react'
import { type ApiError, toApiError } from '../api/errors'
import { Observable, useObservable } from '../lib/observable'

export interface FeedView<T> {
  /** What was read last; it stays when reading fails. */
  data: T | null
  error: ApiError | null
}

const afterError = 5_000

/** What a part of a page shows beside the snapshot. Read anew when something moved, at most once in so many milliseconds, and only in view. */
export class Feed<T> {
  readonly view = new Observable<FeedView<T>>({ data: null, error: null })

  readonly #pull: () => Promise<T>
  readonly #atMostEvery: number
  #turn = 0
  #dirty = false
  #reading = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(pull: () => Promise<T>, atMostEvery = 1_000) {
    this.#pull = pull
    this.#atMostEvery = atMostEvery
  }

  /** Begins to read, unless that is under way; the returned function ends it, and an answer that comes later is dropped. */
  start = (): (() => void) => {
    const shown = () => !document.hidden && this.#dirty && this.moved()
    document.addEventListener('visibilitychange', shown)
    if (!this.#reading) this.moved()
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
    let wait = this.#atMostEvery
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

/** A feed for as long as a component stands; it reads anew each time that moved is another value. */
export function useFeed<T>(pull: () => Promise<T>, moved: unknown, atMostEvery?: number): FeedView<T> & { retry: () => void } {
  const [feed] = useState(() => new Feed(pull, atMostEvery))
  useEffect(() => feed.moved(), [feed, moved])
  useEffect(() => feed.start(), [feed])
  return { ...useObservable(feed.view), retry: feed.retry }
}
