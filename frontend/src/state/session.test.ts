// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { Notify, SampleInfo, Snapshot } from '../api/types'
import { type Api, Session } from './session'

let tell: (n: Notify) => void
let snapshot: () => Promise<Snapshot>
let pulls: number

const state = (store: string, last: number, database = 'ok') =>
  ({ store, activity: { first: last ? 1 : 0, last }, database: { state: database } }) as Snapshot
const note = (store: string, activity: number, status = false): Notify => ({ store, activity, people: false, groups: false, status })

const api: Api = {
  snapshot: () => {
    pulls++
    return snapshot()
  },
  activityAt: async (seqs) => ({ store: 'a', head: { first: 1, last: seqs.at(-1) ?? 0 }, rows: [] }),
  findActivity: async () => ({ store: 'a', seqs: [], through: 0, done: true, head: { first: 1, last: 0 } }),
  watch: async (listener) => {
    tell = listener
    return () => undefined
  },
  retry: async () => undefined,
  people: async () => ({ store: 'a', list: '1', total: 0, from: 0, rows: [] }),
  groups: async () => ({ store: 'a', list: '1', total: 0, from: 0, rows: [] }),
  sampleState: async () => ({ active: false }) as SampleInfo,
}

function hide(hidden: boolean) {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  pulls = 0
  snapshot = async () => state('a', 0)
})
afterEach(() => {
  hide(false)
  vi.useRealTimers()
})

async function started(): Promise<Session> {
  const session = new Session(api)
  session.start()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(session.state.get().phase).toBe('ready')
  return session
}

describe('the session', () => {
  it('pulls the state once for many notifications', async () => {
    await started()
    const before = pulls
    for (let i = 0; i < 50; i++) tell(note('a', 0, true))
    await vi.advanceTimersByTimeAsync(100)
    expect(pulls).toBeLessThanOrEqual(before + 1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(pulls).toBeLessThanOrEqual(before + 2)
    expect(pulls).toBeGreaterThan(before)
  })

  it('moves the list without a pull of the state', async () => {
    const session = await started()
    const before = pulls
    tell(note('a', 7))
    await vi.advanceTimersByTimeAsync(10)
    expect(session.log.view.get().last).toBe(7)
    expect(pulls).toBe(before)
  })

  it('drops the list when the store is another one', async () => {
    const session = await started()
    tell(note('a', 7))
    await vi.advanceTimersByTimeAsync(10)
    snapshot = async () => state('b', 2)
    tell(note('b', 2, true))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(session.log.view.get()).toMatchObject({ last: 2, follow: true })
    expect(session.state.get().snapshot?.store).toBe('b')
  })

  it('pulls nothing while the window is hidden, and catches up when it is shown', async () => {
    const session = await started()
    hide(true)
    const before = pulls
    tell(note('a', 9, true))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(pulls).toBe(before)
    expect(session.log.view.get().last).toBe(0)
    snapshot = async () => state('a', 9)
    hide(false)
    await vi.advanceTimersByTimeAsync(10)
    expect(session.log.view.get().last).toBe(9)
  })

  it('keeps what it has when the backend stops answering, says since when, and recovers by itself', async () => {
    const session = await started()
    snapshot = async () => Promise.reject(new ApiError('CALL_TIMEOUT', ''))
    tell(note('a', 0, true))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(session.state.get()).toMatchObject({ phase: 'ready', error: { code: 'CALL_TIMEOUT' } })
    expect(session.state.get().offlineSince).not.toBeNull()
    snapshot = async () => state('a', 0)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(session.state.get()).toMatchObject({ offlineSince: null, error: null })
  })

  it('fails with the reason when the folder can not be opened, and opens when tried again', async () => {
    snapshot = async () => Promise.reject(new ApiError('SECOND_COPY', 'taken'))
    const session = new Session(api)
    session.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(session.state.get()).toMatchObject({ phase: 'failed', error: { code: 'SECOND_COPY' } })
    await vi.advanceTimersByTimeAsync(6_000)
    snapshot = async () => state('a', 0)
    await session.retry()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(session.state.get().phase).toBe('ready')
  })
  it('goes on opening while a large update takes longer than a call may, and opens by itself', async () => {
    const late = async () => Promise.reject(new ApiError('OPENING', ''))
    let watched = 0
    const session = new Session({ ...api, watch: (listener) => (++watched <= 3 ? late() : api.watch(listener)) })
    snapshot = late
    session.start()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(watched).toBe(4)
    expect(session.state.get()).toMatchObject({ phase: 'opening', error: { code: 'OPENING' } })
    snapshot = async () => state('a', 0)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(session.state.get()).toMatchObject({ phase: 'ready', error: null })
  })

  it('goes on opening, too, when tried again after a failure', async () => {
    snapshot = async () => Promise.reject(new ApiError('SECOND_COPY', 'taken'))
    const session = new Session({ ...api, retry: async () => Promise.reject(new ApiError('CALL_TIMEOUT', '')) })
    session.start()
    await vi.advanceTimersByTimeAsync(6_000)
    snapshot = async () => state('a', 0)
    await session.retry()
    await vi.advanceTimersByTimeAsync(6_000)
    expect(session.state.get().phase).toBe('ready')
  })

  it('stays in touch when only the sample does not answer, and keeps what it knew of it', async () => {
    let sick = false
    snapshot = async () => ({ ...state('a', 0), sample: true })
    const session = new Session({ ...api, sampleState: async () => (sick ? Promise.reject(new ApiError('INTERNAL', '')) : ({ active: true } as SampleInfo)) })
    session.start()
    await vi.advanceTimersByTimeAsync(1_000)
    sick = true
    tell(note('a', 0, true))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(session.state.get()).toMatchObject({ phase: 'ready', offlineSince: null, error: null })
    expect(session.sample.get()).toMatchObject({ active: true })
  })
})
