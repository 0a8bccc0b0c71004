import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { announcement, announceArrivals, announceNews } from './announcer'

let told: string[]
let stop: () => void
beforeEach(() => {
  vi.useFakeTimers()
  told = []
  stop = announcement.subscribe(() => told.push(announcement.get().text))
})
afterEach(() => {
  stop()
  vi.runAllTimers()
  vi.useRealTimers()
})

it('news come at most every five seconds, and the last of those between is told', () => {
  for (const text of ['one', 'two', 'three']) announceNews(text)
  expect(told).toEqual(['one'])
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual(['one', 'three'])
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual(['one', 'three'])
})

it('what arrives is told as a sum', () => {
  for (let i = 0; i < 27; i++) announceArrivals(1, (n) => `${n} new`)
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual(['27 new'])
})
