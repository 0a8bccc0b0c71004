import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ActivityFind, ActivityFound } from '../api/types'
import { Observable } from '../lib/observable'
import type { Session, SessionState } from './session'
import { Unseen } from './unseen'

/** A log in which the named rows failed, and a session that shows it. */
function log(failed: number[], last: number) {
  const asked: ActivityFind[] = []
  const head = { first: 1, last }
  const now = { store: 'live' }
  const find = vi.fn(async (q: ActivityFind): Promise<ActivityFound> => {
    asked.push(q)
    return { store: now.store, seqs: failed.filter((seq) => seq > q.after && seq <= head.last), through: head.last, done: true, head: { ...head } }
  })
  const state = new Observable({ snapshot: { store: 'live', activity: { ...head } } } as unknown as SessionState)
  const unseen = new Unseen(find)
  unseen.follow({ state } as unknown as Session)
  const arrive = async (count: number) => {
    head.last += count
    unseen.arrived(count)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  return { unseen, asked, arrive, state, now, find, head }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('failures that nobody has seen', () => {
  it('counts those that came since, each once', async () => {
    const { unseen, arrive, asked } = log([3, 12, 14, 17], 10)
    expect(unseen.count.get()).toBe(0)
    await arrive(5)
    expect(unseen.count.get()).toBe(2)
    await arrive(5)
    expect(unseen.count.get()).toBe(3)
    expect(asked.map((q) => q.after)).toEqual([10, 15])
  })

  it('asks for the very first requests by the beginning, since 0 would mean the newest', async () => {
    const { unseen, arrive, asked } = log([2], 0)
    await arrive(3)
    expect(asked.map((q) => q.after)).toEqual([-1])
    expect(unseen.count.get()).toBe(1)
  })

  it('asks at most once a second', async () => {
    const { unseen, find } = log([], 10)
    for (let i = 0; i < 50; i++) unseen.arrived(1)
    await vi.advanceTimersByTimeAsync(999)
    expect(find).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(find).toHaveBeenCalledTimes(1)
  })

  it('asks at most once a second while more and more comes, and counts the last one too', async () => {
    const { unseen, find, head } = log([12, 30], 10)
    find.mockImplementation(async (q) => {
      const seen = head.last
      // Something comes while each question is under way, as in a busy cycle.
      if (head.last < 30) {
        head.last++
        unseen.arrived(1)
      }
      return { store: 'live', seqs: [12, 30].filter((seq) => seq > q.after && seq <= seen), through: seen, done: true, head: { ...head } }
    })
    head.last++
    unseen.arrived(1)
    await vi.advanceTimersByTimeAsync(5_500)
    expect(find).toHaveBeenCalledTimes(5)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(unseen.count.get()).toBe(2)
    const asked = find.mock.calls.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(find).toHaveBeenCalledTimes(asked)
  })

  it('forgets them when the list is looked at, and counts nothing meanwhile', async () => {
    const { unseen, arrive, find } = log([12, 18], 10)
    await arrive(5)
    unseen.look(true)
    expect(unseen.count.get()).toBe(0)
    await arrive(5)
    expect(find).toHaveBeenCalledTimes(1)
    unseen.look(false)
    await arrive(1)
    expect(unseen.count.get()).toBe(0)
  })

  it('begins anew with another store', async () => {
    const { unseen, arrive, state, now } = log([12], 10)
    await arrive(5)
    now.store = 'sample'
    state.set({ snapshot: { store: 'sample', activity: { first: 1, last: 15 } } } as unknown as SessionState)
    expect(unseen.count.get()).toBe(0)
  })

  it('goes on after a question that failed', async () => {
    const { unseen, arrive, find } = log([12], 10)
    find.mockRejectedValueOnce(new Error('{"code":"DB_LOCKED","message":""}'))
    await arrive(5)
    expect(unseen.count.get()).toBe(0)
    await arrive(1)
    expect(unseen.count.get()).toBe(1)
  })
})
