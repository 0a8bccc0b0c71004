import { useCallback, useEffect, useRef, useState } from 'react'
import { reveal } from '../../components/Grid'
import type { PagedList } from '../../state/list'

/**
 * The row of a list that the keyboard stands on, between the grid, which gets inGrid, and the part that shows it in full, which gets inStrip:
 * Enter goes there, closing it goes back. None is chosen any more when the rows become those of something else, as `of` says.
 */
export function useChosen<Row>(list: PagedList<Row>, of: string | number = '') {
  const [active, setActive] = useState<number | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const strip = useRef<HTMLElement>(null)
  useEffect(() => setActive(null), [of])

  const onActive = (index: number | null, how: 'walk' | 'click' | 'open') => {
    setActive(index)
    if (index === null) return
    reveal(grid.current, index)
    if (how === 'open') requestAnimationFrame(() => strip.current?.focus())
  }
  const onClose = () => {
    setActive(null)
    grid.current?.focus()
  }
  /** Shows the rows of one state alone, '' all, and none of them is chosen. */
  const narrow = useCallback((state: string) => {
    setActive(null)
    list.ask({ state })
  }, [list])
  const row = active === null ? undefined : list.row(active)
  return { row, narrow, inGrid: { ref: grid, active, onActive }, inStrip: { ref: strip, onClose } }
}
