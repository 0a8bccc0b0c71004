import { describe, expect, it } from 'vitest'
import type { HistoryPage, HistoryQuery, HistoryRow } from '../api/types'
import { ChangeList } from './changes'

/** A history whose newest row has the number last. */
class Fake {
  last: number
  broken = false
  asked: HistoryQuery[] = []

  constructor(last: number) {
    this.last = last
  }

  pull = async (q: HistoryQuery): Promise<HistoryPage> => {
    this.asked.push(q)
    if (this.broken) throw new Error('{"code":"DB_LOCKED","message":""}')
    const newest = q.before === 0 ? this.last : q.before - 1
    const count = Math.min(q.limit, newest)
    const rows = Array.from({ length: count }, (_, i) => ({ seq: newest - i }) as HistoryRow)
    return { store: 'a', rows, more: newest - count > 0 }
  }
}

const settled = () => new Promise((next) => setTimeout(next))
const seqs = (list: ChangeList) => list.view.get().rows.map((row) => row.seq)
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i)

async function opened(last: number) {
  const fake = new Fake(last)
  const list = new ChangeList('User', fake.pull)
  list.show('a')
  await settled()
  return { fake, list }
}

describe('changes', () => {
  it('come in pages, down to the first', async () => {
    const { list } = await opened(250)
    expect(seqs(list)).toEqual(down(250, 151))
    list.older()
    list.older()
    await settled()
    expect(seqs(list)).toEqual(down(250, 51))
    list.older()
    await settled()
    expect(seqs(list)).toEqual(down(250, 1))
    expect(list.view.get().more).toBe(false)
  })

  it('gain new ones at the top and keep the older pages', async () => {
    const { fake, list } = await opened(250)
    list.older()
    await settled()
    fake.last = 253
    list.reload()
    await settled()
    expect(seqs(list)).toEqual(down(253, 51))
    expect(list.view.get().more).toBe(true)
  })

  it('begin anew when more came than a page holds, so that none is missing between', async () => {
    const { fake, list } = await opened(250)
    fake.last = 500
    list.reload()
    await settled()
    expect(seqs(list)).toEqual(down(500, 401))
    expect(list.view.get().more).toBe(true)
  })

  it('ask once more for what came while an older page was loading', async () => {
    const { fake, list } = await opened(250)
    list.older()
    fake.last = 251
    list.reload()
    await settled()
    expect(seqs(list)).toEqual(down(251, 51))
  })

  it('drop answers about somebody else, and keep what is there when they fail', async () => {
    const { fake, list } = await opened(20)
    list.show('b')
    list.show('c')
    await settled()
    expect(fake.asked.at(-1)?.id).toBe('c')
    fake.broken = true
    list.reload()
    await settled()
    expect(list.view.get().error?.code).toBe('DB_LOCKED')
    expect(seqs(list)).toEqual(down(20, 1))
  })
})
