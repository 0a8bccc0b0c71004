import { describe, expect, it } from 'vitest'
import { type Column, fitting } from './Grid'

const column = (id: string, width: string, from?: 480 | 760 | 1000): Column<string> => ({ id, title: id, width, render: String, ...(from ? { from } : {}) })
const ids = (columns: Column<string>[]) => columns.map((c) => c.id).join('')

describe('columns that fit', () => {
  const columns = [column('a', 'minmax(140px, 2fr)'), column('b', '100px', 480), column('c', '100px')]
  it('are all there before the width is known', () => expect(ids(fitting(columns, 0, false))).toBe('abc'))
  it('are all there when there is room for them and for the gaps', () => expect(ids(fitting(columns, 140 + 100 + 100 + 4 * 12 + 120, false))).toBe('abc'))
  it('leave out the last one when a pixel is missing', () => {
    const two = columns.filter((c) => c.id !== 'b')
    expect(ids(fitting(two, 140 + 100 + 3 * 12, false))).toBe('ac')
    expect(ids(fitting(two, 140 + 100 + 3 * 12 - 1, false))).toBe('a')
    expect(ids(fitting(two, 140 + 100 + 3 * 12, true))).toBe('a')
  })
  it('leave out those that are for wide grids', () => expect(ids(fitting(columns, 479, false))).toBe('ac'))
  it('keep the first one in any case', () => expect(ids(fitting(columns, 40, true))).toBe('a'))
})
