import { describe, expect, it } from 'vitest'
import type { Activity, ActivityFind, ActivityFound, ActivityPage } from '../api/types'
import { ActivityLog, maxRows } from './activity'
import { type Filter, nothing } from './activity-filter'
import { blockSize, maxBlocks } from './activity-rows'
import { maxMatches } from './activity-search'

/** Requests on a disk of its own, of which every tenth failed, and every question that was asked. */
function disk(last: number) {
  const asked: number[][] = []
  const searched: ActivityFind[] = []
  const state = { first: 1, last, store: 'a', fail: false, hold: null as Promise<void> | null, slice: 1000, every: 10 }
  const answer = async () => {
    await state.hold
    if (state.fail) throw new Error('{"code":"DB_LOCKED","message":""}')
    return { store: state.store, head: { first: state.first, last: state.last } }
  }
  const api = {
    activityAt: async (seqs: number[]): Promise<ActivityPage> => {
      asked.push(seqs)
      const there = await answer()
      return { ...there, rows: seqs.filter((s) => s >= there.head.first && s <= there.head.last).map(row) }
    },
    /** Looks at a slice of the log for one answer, as the backend does for a quarter of a second. */
    findActivity: async (q: ActivityFind): Promise<ActivityFound> => {
      searched.push(q)
      const there = await answer()
      const { first, last } = there.head
      const seqs: number[] = []
      const up = q.after !== 0
      const start = up ? Math.max(first, q.after + 1) : Math.min(last, q.before === 0 ? last : q.before - 1)
      let through = up ? start - 1 : start + 1
      for (let n = 0; n < state.slice && seqs.length < q.limit; n++) {
        const seq = up ? start + n : start - n
        if (seq < first || seq > last) break
        through = seq
        if (seq % state.every === 0) seqs.push(seq)
      }
      return { ...there, seqs, through, done: up ? through >= last : through <= first }
    },
  }
  return { asked, searched, state, api }
}

const row = (seq: number) => ({ seq, requestId: `r${seq}`, status: 200 }) as Activity
const failures: Filter = { ...nothing, outcomes: ['failure'] }
const settle = async (turns = 400) => {
  for (let i = 0; i < turns; i++) await Promise.resolve()
}

function open(last: number, first = 1) {
  const d = disk(last)
  d.state.first = first
  const log = new ActivityLog(d.api)
  log.reset('a', last === 0 ? 0 : first, last)
  const leave = log.start()
  const seqs = () => Array.from({ length: log.count }, (_, i) => log.seq(i))
  return { ...d, log, seqs, leave }
}

describe('the log of requests', () => {
  it('shows what arrives, in order and without a gap, when it follows', async () => {
    const { log, state, seqs } = open(0)
    for (const head of [1, 2, 150, 200, 201, 777]) {
      state.last = head
      log.moved(head)
      await settle()
      expect(seqs()).toEqual(Array.from({ length: head }, (_, i) => i + 1))
    }
    log.ensure(0, 776)
    await settle()
    for (let i = 0; i < 777; i++) expect(log.row(i)?.seq).toBe(i + 1)
  })

  it('has the rows before it shows them, so that no empty row flashes up', async () => {
    const { log, state } = open(10)
    const empty: number[] = []
    log.view.subscribe(() => {
      if (log.count > 10 && !log.row(log.count - 1)) empty.push(log.count)
    })
    state.last = 90
    log.moved(90)
    await settle()
    expect(log.count).toBe(90)
    expect(empty).toEqual([])
  })

  it('does not ask again for what it has', async () => {
    const { log, asked } = open(1000)
    log.ensure(300, 330)
    await settle()
    log.ensure(301, 331)
    await settle()
    expect(asked).toHaveLength(1)
    expect(asked[0]?.length).toBeLessThanOrEqual(blockSize)
    expect(log.row(300)?.seq).toBe(301)
  })

  it('keeps about twenty blocks, and loads what it let go of once more', async () => {
    const { log, asked } = open(100_000)
    for (let block = 0; block < 60; block++) {
      log.ensure(block * blockSize, block * blockSize + 20)
      await settle()
    }
    let kept = 0
    for (let block = 0; block < 60; block++) if (log.row(block * blockSize)) kept++
    expect(kept).toBe(maxBlocks)
    const before = asked.length
    log.ensure(0, 20)
    await settle()
    expect(asked.length).toBe(before + 1)
    expect(log.row(0)?.seq).toBe(1)
  })

  it('counts what comes unseen after a row was made active, and End resumes', async () => {
    const { log, state } = open(50)
    log.ensure(0, 49)
    await settle()
    log.activate(40)
    expect(log.view.get()).toMatchObject({ follow: false, unseen: 0 })
    state.last = 77
    log.moved(77)
    await settle()
    expect(log.view.get()).toMatchObject({ follow: false, unseen: 27, active: 40 })
    expect(log.count).toBe(77)
    log.ensure(30, 59)
    expect(log.view.get().unseen).toBe(17)
    log.ensure(0, 20)
    expect(log.view.get().unseen, 'seen is seen').toBe(17)
    log.ensure(60, 76)
    expect(log.view.get().unseen).toBe(0)
    log.resume()
    await settle()
    expect(log.view.get()).toMatchObject({ follow: true, unseen: 0, active: null })
  })

  it('freezes when paused, discards nothing, and goes on where it was', async () => {
    const { log, state } = open(50)
    log.setPaused(true)
    state.last = 60
    log.moved(60)
    await settle()
    expect(log.count).toBe(50)
    expect(log.view.get().unseen).toBe(10)
    log.setPaused(false)
    await settle()
    expect(log.count).toBe(60)
    expect(log.view.get()).toMatchObject({ paused: false, follow: true, unseen: 0 })
    log.ensure(50, 59)
    await settle()
    expect(log.row(54)?.seq).toBe(55)
  })

  it('brings a request of a link into view, however far away, and one that is gone not', async () => {
    const { log } = open(50_000, 100)
    log.show(7_000)
    expect(log.view.get()).toMatchObject({ active: 7_000, follow: false, reveal: 1 })
    expect(log.indexOf(7_000)).toBe(6_900)
    log.show(50)
    expect(log.view.get().reveal).toBe(1)
    expect(log.indexOf(50)).toBeNull()
  })

  it('tells a failed load with its code and loads when tried again', async () => {
    const { log, state } = open(50)
    state.fail = true
    log.ensure(0, 49)
    await settle()
    expect(log.view.get().error?.code).toBe('DB_LOCKED')
    state.fail = false
    log.retry()
    await settle()
    expect(log.view.get().error).toBeNull()
    expect(log.row(49)?.seq).toBe(50)
  })

  it('drops everything for another store, and an answer that was on its way for the old one', async () => {
    const { log, state } = open(50)
    let release = () => {}
    state.hold = new Promise((done) => (release = done))
    log.ensure(0, 49)
    log.reset('b', 1, 3)
    release()
    await settle()
    expect(log.row(1)).toBeUndefined()
    expect(log.view.get()).toMatchObject({ last: 3, follow: true, error: null })
    state.store = 'b'
    state.last = 3
    log.ensure(0, 2)
    await settle()
    expect(log.row(2)?.seq).toBe(3)
  })

  it('asks nothing while nobody looks, counts on, and has everything when somebody looks again', async () => {
    const { log, state, asked, searched, leave, seqs } = open(50)
    log.ensure(0, 49)
    await settle()
    leave()
    const before = asked.length
    for (state.last = 51; state.last <= 400; state.last++) {
      log.moved(state.last)
      await settle(2)
    }
    state.last = 400
    expect([asked.length, searched.length]).toEqual([before, 0])
    expect(log.view.get().last).toBe(400)
    log.start()
    await settle()
    expect(seqs()).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
    log.ensure(395, 399)
    await settle()
    expect(log.row(399)?.seq).toBe(400)
  })

  it('lets go of requests that were removed for their age, and keeps the others in their places', async () => {
    const { log, state } = open(1_000)
    log.activate(500)
    state.first = 400
    log.pruned(400)
    expect(log.view.get()).toMatchObject({ from: 400, first: 400 })
    expect(log.seq(0)).toBe(400)
    expect(log.indexOf(500)).toBe(100)
  })

  it('keeps the list below what a browser can lay out', async () => {
    const { log, state } = open(maxRows + 5)
    expect(log.count).toBeLessThanOrEqual(maxRows)
    state.last = maxRows + 20_000
    log.moved(maxRows + 20_000)
    await settle()
    expect(log.seq(log.count - 1)).toBe(maxRows + 20_000)
    expect(log.count).toBeLessThanOrEqual(maxRows)
  })
})

describe('a filtered log', () => {
  it('finds every match once, newest first, in the order of the log, and says when it is done', async () => {
    const { log, seqs, searched } = open(12_345)
    const shares: number[] = []
    log.view.subscribe(() => shares.push(log.view.get().search?.share ?? -1))
    log.filter(failures)
    expect(log.view.get().search).toMatchObject({ searching: true, share: 0 })
    await settle()
    expect(seqs()).toEqual(Array.from({ length: 1_234 }, (_, i) => (i + 1) * 10))
    expect(log.view.get().search).toEqual({ searching: false, share: 1, full: false })
    expect(shares.filter((s) => s >= 0)).toEqual(shares.filter((s) => s >= 0).toSorted((a, b) => a - b))
    expect(searched[0]?.filter).toMatchObject({ outcomes: ['failure'] })
    log.filter({ ...failures })
    expect(log.view.get().search?.searching).toBe(false)
  })

  it('puts what is found later before what is in view, whose places stay', async () => {
    const { log, state } = open(5_000)
    let release = () => {}
    log.filter(failures)
    await settle(6)
    state.hold = new Promise((done) => (release = done))
    await settle()
    const { from } = log.view.get()
    expect(log.count).toBeGreaterThan(0)
    const seq = log.seq(0)
    release()
    await settle()
    expect(log.view.get().from).toBeLessThan(from)
    expect(log.indexOf(seq)).toBe(from - log.view.get().from)
  })

  it('adds new matches behind, each once, while it still looks for old ones', async () => {
    const { log, state, seqs } = open(3_000)
    state.slice = 100
    log.filter(failures)
    for (let head = 3_001; head <= 3_200; head++) {
      state.last = head
      log.moved(head)
      if (head % 7 === 0) await settle(5)
    }
    await settle(2_000)
    expect(seqs()).toEqual(Array.from({ length: 320 }, (_, i) => (i + 1) * 10))
    expect(log.view.get()).toMatchObject({ follow: true, unseen: 0 })
  })

  it('follows and pauses as the whole list does', async () => {
    const { log, state } = open(100)
    log.filter(failures)
    await settle()
    log.setPaused(true)
    state.last = 125
    log.moved(125)
    await settle()
    expect(log.count).toBe(10)
    expect(log.view.get().unseen).toBe(2)
    log.setPaused(false)
    await settle()
    expect(log.count).toBe(12)
    log.activate(50)
    state.last = 140
    log.moved(140)
    await settle()
    expect(log.count).toBe(14)
    expect(log.view.get()).toMatchObject({ follow: false, unseen: 2, active: 50 })
  })

  it('stops looking while nobody looks, and goes on from there', async () => {
    const { log, state, searched, leave, seqs } = open(5_000)
    state.slice = 100
    log.filter(failures)
    await settle(20)
    leave()
    await settle()
    const before = searched.length
    expect(log.view.get().search?.searching).toBe(true)
    state.last = 5_040
    log.moved(5_040)
    await settle()
    expect(searched.length).toBe(before)
    log.start()
    await settle(2_000)
    expect(seqs()).toEqual(Array.from({ length: 504 }, (_, i) => (i + 1) * 10))
  })

  it('loses its filter when another store is shown', async () => {
    const { log } = open(100)
    log.filter(failures)
    log.reset('b', 1, 7)
    expect(log.view.get()).toMatchObject({ filter: nothing, search: null })
    expect(log.count).toBe(7)
  })

  it('starts from an empty log', async () => {
    const { log, state, seqs } = open(0)
    log.filter(failures)
    await settle()
    expect(log.view.get().search).toMatchObject({ searching: false })
    state.last = 35
    log.moved(35)
    await settle()
    expect(seqs()).toEqual([10, 20, 30])
  })

  it('loads the rows of matches in view, as the list grows on both sides', async () => {
    const { log, state } = open(30_000)
    log.filter(failures)
    await settle(2_000)
    log.ensure(2_950, 2_999)
    await settle()
    for (let i = 2_950; i < 3_000; i++) expect(log.row(i)?.seq).toBe((i + 1) * 10)
    state.last = 30_100
    log.moved(30_100)
    await settle()
    expect(log.row(3_009)?.seq).toBe(30_100)
  })

  it('forgets what was on its way for another filter', async () => {
    const { log, state, seqs } = open(1_000)
    let release = () => {}
    state.hold = new Promise((done) => (release = done))
    log.filter(failures)
    state.every = 100
    log.filter({ ...failures, text: 'anna' })
    release()
    await settle()
    expect(seqs()).toEqual(Array.from({ length: 10 }, (_, i) => (i + 1) * 100))
    log.filter(nothing)
    expect(log.count).toBe(1_000)
    expect(log.view.get().search).toBeNull()
  })

  it('goes on where it failed when tried again', async () => {
    const { log, state, seqs, searched } = open(5_000)
    log.filter(failures)
    await settle(6)
    state.fail = true
    await settle()
    expect(log.view.get().error?.code).toBe('DB_LOCKED')
    const [before, found] = [searched.length, log.count]
    state.fail = false
    log.retry()
    await settle()
    expect(seqs()).toHaveLength(500)
    expect(searched[before]?.before).toBe(5_001 - found * 10)
  })

  it('brings the open request into view as soon as it is found, and unfiltered at once', async () => {
    const { log } = open(9_000)
    log.show(2_000)
    log.filter(failures)
    expect(log.view.get()).toMatchObject({ follow: true, reveal: 1 })
    await settle()
    expect(log.view.get()).toMatchObject({ active: 2_000, follow: false, reveal: 2 })
    log.filter(nothing)
    expect(log.view.get()).toMatchObject({ active: 2_000, follow: false, reveal: 3 })
    expect(log.indexOf(2_000)).toBe(1_999)
  })

  it('holds a hundred thousand matches at most, and says so', async () => {
    const { log, state } = open(maxMatches + 5_000)
    state.every = 1
    state.slice = 10_000
    log.filter(failures)
    await settle(4_000)
    expect(log.count).toBe(maxMatches)
    expect(log.view.get().search).toMatchObject({ searching: false, full: true })
    state.last += 10
    log.moved(state.last)
    await settle()
    expect(log.count).toBe(maxMatches)
    expect(log.seq(log.count - 1)).toBe(state.last)
  })

  it('forgets matches that were removed for their age', async () => {
    const { log, state, seqs } = open(1_000)
    log.filter(failures)
    await settle()
    state.first = 505
    log.pruned(505)
    expect(seqs()[0]).toBe(510)
    expect(log.count).toBe(50)
  })
})
