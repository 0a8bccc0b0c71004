import { describe, expect, it } from 'vitest'
import type { Activity, ActivityPage, ActivityQuery } from '../api/types'
import { ActivityLog, maxPages, maxRows, pageSize } from './activity'

/** Rows on a disk of its own, and every query that was asked. */
function disk(last: number, store = 'a') {
  const asked: ActivityQuery[] = []
  const state = { last, store, fail: false, hold: null as Promise<void> | null }
  const pull = async (q: ActivityQuery): Promise<ActivityPage> => {
    asked.push(q)
    const head = { first: 1, last: state.last }
    await state.hold
    if (state.fail) throw new Error('{"code":"DB_LOCKED","message":""}')
    const after = Math.max(0, q.after)
    const rows = Array.from({ length: Math.max(0, Math.min(q.limit, head.last - after)) }, (_, i) => row(after + 1 + i))
    return { store: state.store, head, rows }
  }
  return { asked, state, pull }
}

const row = (seq: number) => ({ seq, requestId: `r${seq}`, status: 200 }) as Activity
const settle = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

function open(last: number) {
  const d = disk(last)
  const log = new ActivityLog(d.pull)
  log.reset('a', last === 0 ? 0 : 1, last)
  return { ...d, log }
}

describe('the log of requests', () => {
  it('shows what arrives, in order and without a gap, when it follows', async () => {
    const { log, state } = open(0)
    for (const head of [1, 2, 150, 200, 201, 777]) {
      state.last = head
      log.moved(head)
      await settle()
      expect(log.view.get().last).toBe(head)
    }
    log.ensure(1, 777)
    await settle()
    for (let seq = 1; seq <= 777; seq++) expect(log.row(seq)?.seq).toBe(seq)
  })

  it('has the rows before it shows them, so that no empty row flashes up', async () => {
    const { log, state } = open(10)
    const empty: number[] = []
    log.view.subscribe(() => {
      const { last } = log.view.get()
      if (last > 10 && !log.row(last)) empty.push(last)
    })
    state.last = 90
    log.moved(90)
    await settle()
    expect(log.view.get().last).toBe(90)
    expect(empty).toEqual([])
  })

  it('asks for the oldest rows by their own word, since after 0 means the newest', async () => {
    const { log, asked } = open(5)
    log.ensure(1, 5)
    await settle()
    expect(asked).toEqual([{ after: -1, before: 0, limit: pageSize }])
  })

  it('does not ask again for what it has', async () => {
    const { log, asked } = open(1000)
    log.ensure(300, 330)
    await settle()
    log.ensure(301, 331)
    await settle()
    expect(asked).toEqual([{ after: 200, before: 0, limit: pageSize }])
  })

  it('keeps about twenty pages, and loads what it let go of once more', async () => {
    const { log, asked } = open(100_000)
    for (let page = 0; page < 60; page++) {
      log.ensure(page * pageSize + 1, page * pageSize + 20)
      await settle()
    }
    let kept = 0
    for (let page = 0; page < 60; page++) if (log.row(page * pageSize + 1)) kept++
    expect(kept).toBe(maxPages)
    const before = asked.length
    log.ensure(1, 20)
    await settle()
    expect(asked.length).toBe(before + 1)
    expect(log.row(1)?.seq).toBe(1)
  })

  it('counts what comes unseen after a selection, and End resumes', async () => {
    const { log, state } = open(50)
    log.ensure(1, 50)
    await settle()
    log.select(40)
    expect(log.view.get()).toMatchObject({ follow: false, unseen: 0 })
    state.last = 77
    log.moved(77)
    await settle()
    expect(log.view.get()).toMatchObject({ follow: false, unseen: 27, last: 77 })
    expect(log.view.get().selected?.seq).toBe(40)
    log.resume()
    await settle()
    expect(log.view.get()).toMatchObject({ follow: true, unseen: 0, selected: null, last: 77 })
  })

  it('freezes when paused, discards nothing, and goes on where it was', async () => {
    const { log, state } = open(50)
    log.setPaused(true)
    state.last = 60
    log.moved(60)
    await settle()
    expect(log.view.get()).toMatchObject({ paused: true, last: 50, unseen: 10 })
    log.setPaused(false)
    await settle()
    expect(log.view.get()).toMatchObject({ paused: false, follow: true, last: 60, unseen: 0 })
    log.ensure(51, 60)
    await settle()
    expect(log.row(55)?.seq).toBe(55)
  })

  it('tells a failed load with its code and loads when tried again', async () => {
    const { log, state } = open(50)
    state.fail = true
    log.ensure(1, 50)
    await settle()
    expect(log.view.get().error?.code).toBe('DB_LOCKED')
    state.fail = false
    log.retry()
    await settle()
    expect(log.view.get().error).toBeNull()
    expect(log.row(50)?.seq).toBe(50)
  })

  it('drops everything for another store, and an answer that was on its way for the old one', async () => {
    const { log, state } = open(50)
    let release = () => {}
    state.hold = new Promise((done) => (release = done))
    log.ensure(1, 50)
    log.reset('b', 1, 3)
    release()
    await settle()
    expect(log.row(50)).toBeUndefined()
    expect(log.view.get()).toMatchObject({ last: 3, follow: true, error: null })
    state.store = 'b'
    state.last = 3
    log.ensure(1, 3)
    await settle()
    expect(log.row(3)?.seq).toBe(3)
  })

  it('keeps the list below what a browser can lay out', async () => {
    const { log, state } = open(maxRows + 5)
    expect(log.view.get().origin).toBe(6)
    state.last = maxRows + 6
    log.moved(maxRows + 6)
    await settle()
    const { origin, last } = log.view.get()
    expect(last).toBe(maxRows + 6)
    expect(last - origin + 1).toBeLessThanOrEqual(maxRows)
  })
})
