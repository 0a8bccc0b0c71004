import { describe, expect, it, vi } from 'vitest'
import type { ListQuery } from '../api/types'
import { PagedList } from './list'

interface Row {
  id: number
  text: string
}

/** A backend of so many rows, whose answers are given by hand. */
class Fake {
  readonly asked: ListQuery[] = []
  total: number
  store = 'a'
  made = 0
  forgets = false
  #waiting: (() => void)[] = []

  constructor(total: number) {
    this.total = total
  }

  pull = (q: ListQuery): Promise<{ store: string; list: string; total: number; from: number; rows: Row[] }> => {
    this.asked.push(q)
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (this.broken) {
          reject(new Error('{"code":"DB_LOCKED","message":""}'))
          return
        }
        const list = q.list === '' || this.forgets ? `list ${++this.made}` : q.list
        const count = Math.max(0, Math.min(q.limit, this.total - q.from))
        const rows = Array.from({ length: count }, (_, i) => ({ id: q.from + i, text: `${q.search}${q.from + i} ${list}` }))
        resolve({ store: this.store, list, total: this.total, from: q.from, rows })
      })
    })
  }

  broken = false

  /** Answers what was asked so far, the newest first if so wanted. */
  async answer(newestFirst = false): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of newestFirst ? waiting.reverse() : waiting) one()
    await vi.waitFor(() => undefined)
    await new Promise((next) => setTimeout(next))
  }
}

async function opened(total = 1000): Promise<{ fake: Fake; list: PagedList<Row> }> {
  const fake = new Fake(total)
  const list = new PagedList<Row>(fake.pull)
  list.show()
  await fake.answer()
  return { fake, list }
}

describe('a list', () => {
  it('loads what is in view, once, under the name of its order', async () => {
    const { fake, list } = await opened()
    expect(list.view.get().total).toBe(1000)
    list.ensure(390, 410)
    list.ensure(391, 411)
    await fake.answer()
    expect(fake.asked.map((q) => [q.list, q.from])).toEqual([['', 0], ['list 1', 200], ['list 1', 400]])
    expect(list.row(410)?.id).toBe(410)
    expect(list.row(900)).toBeUndefined()
    expect(list.indexOf((row) => row.id === 410)).toBe(410)
  })

  it('keeps what it shows until the answer to another question is there, and never mixes the two', async () => {
    const { fake, list } = await opened()
    list.ensure(200, 220)
    list.ask({ search: 'x' })
    list.ask({ search: 'y' })
    expect(list.view.get()).toMatchObject({ total: 1000, loading: true })
    expect(list.row(0)?.text).toBe('0 list 1')
    fake.total = 3
    await fake.answer(true)
    expect(list.view.get()).toMatchObject({ total: 3, loading: false })
    expect(list.row(0)?.text).toContain('y0')
    expect(list.row(200)).toBeUndefined()
  })

  it('stays where it is when something changed, loads rows anew in their place, and is put in order by refresh', async () => {
    const { fake, list } = await opened()
    list.ensure(0, 20)
    list.moved()
    expect(list.view.get().stale).toBe(true)
    await fake.answer()
    expect(list.row(0)?.text).toBe('0 list 1')
    expect(list.view.get().stale).toBe(true)
    list.refresh()
    await fake.answer()
    expect(list.row(0)?.text).toBe('0 list 2')
    expect(list.view.get().stale).toBe(false)
  })

  it('asks for nothing while nobody looks at it, and loads what changed when somebody does', async () => {
    const fake = new Fake(1000)
    const list = new PagedList<Row>(fake.pull)
    list.moved()
    list.retry()
    list.reset()
    expect(fake.asked).toHaveLength(0)
    const hide = list.show()
    await fake.answer()
    list.ensure(0, 20)
    hide()
    const before = fake.asked.length
    for (let i = 0; i < 5; i++) list.moved()
    expect(fake.asked).toHaveLength(before)
    expect(list.view.get().stale).toBe(true)
    list.show()
    expect(fake.asked.slice(before).map((q) => [q.list, q.from])).toEqual([['list 1', 0]])
  })

  it('is made anew for what was asked while nobody looked at it', async () => {
    const fake = new Fake(1000)
    const list = new PagedList<Row>(fake.pull)
    list.show()()
    await fake.answer()
    list.ask({ search: 'x' })
    expect(fake.asked).toHaveLength(1)
    list.show()
    await fake.answer()
    expect(list.row(0)?.text).toContain('x0')
  })

  it('knows that it is stale when something changed while it was made', async () => {
    const { fake, list } = await opened()
    list.refresh()
    list.moved()
    await fake.answer()
    expect(list.view.get().stale).toBe(true)
  })

  it('takes one new order when the backend has forgotten its own', async () => {
    const { fake, list } = await opened()
    fake.forgets = true
    list.ensure(390, 410)
    await fake.answer()
    fake.forgets = false
    await fake.answer()
    await fake.answer()
    const orders = new Set([list.row(390), list.row(410)].map((row) => row?.text.split(' ').slice(1).join(' ')))
    expect(orders.size).toBe(1)
    expect(orders.has('list 1')).toBe(false)
  })

  it('drops rows that answer an old question when the new one fails, and asks again', async () => {
    const { fake, list } = await opened()
    fake.broken = true
    list.ask({ search: 'x' })
    await fake.answer()
    expect(list.view.get()).toMatchObject({ total: -1, loading: false })
    expect(list.view.get().error?.code).toBe('DB_LOCKED')
    expect(list.row(0)).toBeUndefined()
    fake.broken = false
    list.retry()
    await fake.answer()
    expect(list.view.get()).toMatchObject({ total: 1000, error: null })
  })

  it('keeps its rows when a refresh fails', async () => {
    const { fake, list } = await opened()
    fake.broken = true
    list.refresh()
    await fake.answer()
    expect(list.view.get().total).toBe(1000)
    expect(list.row(0)?.id).toBe(0)
  })

  it('gives the rows of a range without keeping them, and refuses to mix two orders', async () => {
    const { fake, list } = await opened(2000)
    const rows = list.rows(150, 1300)
    for (let i = 0; i < 4; i++) await fake.answer()
    expect((await rows).map((row) => row.id)).toEqual(Array.from({ length: 1151 }, (_, i) => 150 + i))
    expect(list.row(1000)).toBeUndefined()
    fake.forgets = true
    const mixed = list.rows(500, 510)
    mixed.catch(() => undefined)
    await fake.answer()
    await expect(mixed).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('shows nothing of another store', async () => {
    const { fake, list } = await opened()
    list.ensure(400, 410)
    fake.store = 'b'
    await fake.answer()
    expect(list.row(400)).toBeUndefined()
    list.reset()
    expect(list.view.get().total).toBe(-1)
    await fake.answer()
    expect(list.row(0)?.text).toContain('list 2')
  })
})
