import { describe, expect, it } from 'vitest'
import type { ListQuery } from '../api/types'
import { PagedList } from './list'
import { mostTicked, Selection } from './selection'

interface Row {
  id: string
}

const settled = () => new Promise((next) => setTimeout(next))

async function opened(total: number, gone = -1) {
  let broken = false
  const list = new PagedList<Row>(async (q: ListQuery) => {
    if (broken) throw new Error('{"code":"DB_LOCKED","message":""}')
    const count = Math.max(0, Math.min(q.limit, total - q.from))
    const rows = Array.from({ length: count }, (_, i) => ({ id: q.from + i === gone ? '' : `p${q.from + i}` }))
    return { store: 'a', list: q.list || 'one', total, from: q.from, rows }
  })
  list.show()
  await settled()
  const selection = new Selection(list)
  return { list, selection, ids: () => [...selection.view.get().rows.keys()], breakDown: () => (broken = true) }
}

describe('a selection', () => {
  it('ticks a row and takes the tick back', async () => {
    const { selection, ids } = await opened(10)
    await selection.toggle(3)
    await selection.toggle(5)
    await selection.toggle(3)
    expect(ids()).toEqual(['p5'])
    expect(selection.count()).toBe(1)
  })

  it('grows and shrinks a range, and keeps what was ticked before it', async () => {
    const { selection, ids } = await opened(10)
    await selection.toggle(9)
    await selection.toggle(2)
    await selection.extend(5, 0)
    expect(ids()).toEqual(['p9', 'p2', 'p3', 'p4', 'p5'])
    await selection.extend(3, 0)
    expect(ids()).toEqual(['p9', 'p2', 'p3'])
    await selection.extend(1, 0)
    expect(ids()).toEqual(['p9', 'p2', 'p1'])
  })

  it('begins a range where somebody stands when nothing was ticked in this order', async () => {
    const { selection, ids } = await opened(10)
    await selection.toggle(8)
    selection.reordered()
    await selection.extend(3, 2)
    expect(ids()).toEqual(['p8', 'p2', 'p3'])
  })

  it('loads a range that is not in view, without rows that are gone', async () => {
    const { selection, ids } = await opened(2000, 1500)
    await selection.toggle(0)
    await selection.extend(1999, 0)
    expect(ids()).toHaveLength(1999)
    expect(selection.has('p1400')).toBe(true)
  })

  it('shows the last range when an earlier one takes longer', async () => {
    const { selection, ids } = await opened(2000)
    await selection.toggle(0)
    const long = selection.extend(1999, 0)
    await selection.extend(1, 0)
    await long
    expect(ids()).toEqual(['p0', 'p1'])
  })

  it('takes everything as a question, and single rows out of it only where there are not too many', async () => {
    const short = await opened(500)
    short.selection.tickAll()
    expect(short.selection.count()).toBe(500)
    expect(short.ids()).toEqual([])
    await short.selection.toggle(7)
    expect(short.selection.count()).toBe(499)
    expect(short.selection.has('p7')).toBe(false)

    const long = await opened(mostTicked + 1)
    long.selection.tickAll()
    await long.selection.toggle(7)
    expect(long.selection.view.get()).toMatchObject({ refused: 'tooMany' })
    expect(long.selection.count()).toBe(mostTicked + 1)
  })

  it('refuses a range that is too long, and keeps what it has', async () => {
    const { selection, ids } = await opened(mostTicked + 10)
    await selection.toggle(0)
    await selection.extend(mostTicked, 0)
    expect(selection.view.get().refused).toBe('tooMany')
    expect(ids()).toEqual(['p0'])
  })

  it('says why a range could not be loaded', async () => {
    const { selection, ids, breakDown } = await opened(2000)
    await selection.toggle(0)
    breakDown()
    await selection.extend(1000, 0)
    expect(selection.view.get().refused).toMatchObject({ code: 'DB_LOCKED' })
    expect(ids()).toEqual(['p0'])
  })
})
