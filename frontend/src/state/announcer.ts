import { Observable } from '../lib/observable'

/** What a screen reader is told next. The id makes the same sentence twice two messages. */
export interface Announcement {
  id: number
  text: string
}

/** Told when the reader has finished its sentence. */
export const announcement = new Observable<Announcement>({ id: 0, text: '' })

/** Told at once, over everything else. */
export const alarm = new Observable<Announcement>({ id: 0, text: '' })

/** What came of something that was just done. */
export function announce(text: string): void {
  announcement.set({ id: announcement.get().id + 1, text })
}

/** For what must not wait: changes are no longer received. */
export function announceLoss(text: string): void {
  alarm.set({ id: alarm.get().id + 1, text })
}

const every = 5_000
let news = ''
let newsTimer: ReturnType<typeof setTimeout> | undefined

/** What happened by itself: at most one message every 5 seconds, of those that come in between the last. */
export function announceNews(text: string): void {
  if (newsTimer !== undefined) {
    news = text
    return
  }
  announce(text)
  newsTimer = setTimeout(() => {
    newsTimer = undefined
    if (news) announceNews(news)
    news = ''
  }, every)
}

let pending = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Counts what arrives and tells the sum at most every 5 seconds, never a row at a time. */
export function announceArrivals(count: number, sentence: (count: number) => string): void {
  pending += count
  timer ??= setTimeout(() => {
    timer = undefined
    announceNews(sentence(pending))
    pending = 0
  }, every)
}
