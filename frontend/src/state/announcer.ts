import { Observable } from '../lib/observable'

/** What a screen reader is told next, politely. The id makes the same sentence twice two messages. */
export const announcement = new Observable<{ id: number; text: string }>({ id: 0, text: '' })

export function announce(text: string): void {
  announcement.set({ id: announcement.get().id + 1, text })
}

const every = 5_000
let pending = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Counts what arrives and tells the sum at most every 5 seconds, never a row at a time. */
export function announceArrivals(count: number, sentence: (count: number) => string): void {
  pending += count
  timer ??= setTimeout(() => {
    timer = undefined
    announce(sentence(pending))
    pending = 0
  }, every)
}
