// @vitest-environment jsdom
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Column, Grid } from './Grid'

/** A window without layout, in which every element is 320 pixels high. */
beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    unobserve() {}
    disconnect() {}
  })
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(320)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800)
  HTMLElement.prototype.scrollTo = () => {}
})

describe('a grid', () => {
  it('renders two rows when the active one moves, not all', () => {
    const drawn: string[] = []
    const rows = Array.from({ length: 1000 }, (_, i) => `row ${i}`)
    const columns: Column<string>[] = [{ id: 'name', title: 'Name', width: '100px', render: (row) => drawn.push(row) && row }]
    const onRange = () => {}
    const row = (index: number) => rows[index]
    const root = createRoot(document.body.appendChild(document.createElement('div')))
    const show = (active: number) => act(() => root.render(<Grid name="n" label="l" columns={columns} count={1000} row={row} onRange={onRange} active={active} onActive={() => {}} />))
    show(3)
    expect(drawn.length).toBeGreaterThan(10)
    drawn.length = 0
    show(4)
    expect([...new Set(drawn)].sort()).toEqual(['row 3', 'row 4'])
    act(() => root.unmount())
  })
})
