// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { Overview } from '../api/types'
import { Feed } from './feed'

let asked: number
let answer: () => Promise<Overview>
const made = (failures: number) => ({ failures }) as Overview
const feed = () =>
  new Feed(() => {
    asked++
    return answer()
  })

function hide(hidden: boolean) {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  asked = 0
  answer = async () => made(asked)
})
afterEach(() => {
  hide(false)
  vi.useRealTimers()
})

describe('a feed', () => {
  it('reads at most once a second however much moves, and the last movement too', async () => {
    const one = feed()
    const stop = one.start()
    for (let i = 0; i < 50; i++) {
      await vi.advanceTimersByTimeAsync(10)
      one.moved()
    }
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(asked).toBe(2)
    expect(one.view.get().data?.failures).toBe(2)
    stop()
  })

  it('reads once when something moved just before it began', async () => {
    const one = feed()
    one.moved()
    const stop = one.start()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(asked).toBe(1)
    stop()
  })

  it('keeps what it has when reading fails, and reads when told to', async () => {
    const one = feed()
    const stop = one.start()
    await vi.advanceTimersByTimeAsync(1_100)
    answer = async () => Promise.reject(new ApiError('DB_LOCKED', ''))
    one.moved()
    await vi.advanceTimersByTimeAsync(100)
    expect(one.view.get()).toMatchObject({ data: { failures: 1 }, error: { code: 'DB_LOCKED' } })
    answer = async () => made(9)
    one.retry()
    await vi.advanceTimersByTimeAsync(10)
    expect(one.view.get()).toEqual({ data: made(9), error: null })
    stop()
  })

  it('drops an answer that comes when it is over, and begins again', async () => {
    let late: (o: Overview) => void = () => undefined
    answer = () => new Promise((resolve) => (late = resolve))
    const one = feed()
    one.start()()
    late(made(1))
    await vi.advanceTimersByTimeAsync(10)
    expect(one.view.get().data).toBeNull()
    answer = async () => made(2)
    const stop = one.start()
    await vi.advanceTimersByTimeAsync(10)
    expect(one.view.get().data).toEqual(made(2))
    stop()
  })

  it('reads nothing while the window is hidden', async () => {
    const one = feed()
    const stop = one.start()
    await vi.advanceTimersByTimeAsync(2_000)
    hide(true)
    one.moved()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(1)
    hide(false)
    await vi.advanceTimersByTimeAsync(10)
    expect(asked).toBe(2)
    stop()
  })
})
