import { describe, expect, it } from 'vitest'
import type { ListQuery } from '../api/types'
import { DirectoryList } from './directory'

const settled = () => new Promise((next) => setTimeout(next))

describe('the list of a page', () => {
  it('keeps what was done with it until there is another store', async () => {
    const list = new DirectoryList(async (q: ListQuery) => ({ store: 'a', list: 'one', total: 3, from: q.from, rows: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }))
    const hide = list.show()
    await settled()
    await list.selection.toggle(1)
    list.stand.set({ index: 1, id: 'b' })
    list.open = { id: 'b', tab: 'history' }
    list.scroll.top = 1200
    hide()
    list.show()
    expect([...list.selection.view.get().rows.keys()]).toEqual(['b'])
    list.reset()
    expect(list.selection.count()).toBe(0)
    expect(list).toMatchObject({ open: { id: '' }, scroll: { top: 0 } })
    expect(list.stand.get()).toBeNull()
  })

  it('looks among all, with nothing open or ticked, when it is asked from elsewhere', async () => {
    const asked: ListQuery[] = []
    const list = new DirectoryList(async (q: ListQuery) => {
      asked.push(q)
      return { store: 'a', list: 'one', total: 1, from: q.from, rows: [{ id: 'a' }] }
    })
    list.show()
    await settled()
    list.ask({ search: 'x', state: 'deleted' })
    await settled()
    await list.selection.toggle(0)
    list.open = { id: 'a', tab: '' }
    list.find('anna')
    await settled()
    expect(asked.at(-1)).toMatchObject({ search: 'anna', state: '' })
    expect(list.selection.count()).toBe(0)
    expect(list.open.id).toBe('')
  })
})
