import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef } from 'react'
import { reveal, rowHeight } from '../../components/Grid'
import { useObservable } from '../../lib/observable'
import type { DirectoryList } from '../../state/directory'
import { type ListView, narrowing, type PagedList } from '../../state/list'
import { announce } from '../../state/announcer'
import { go, type Route } from '../../state/route'
import type { Kind } from './kind'

interface CursorOptions<Row extends { id: string }> {
  kind: Kind
  list: DirectoryList<Row>
  view: ListView
  route: Route
  grid: RefObject<HTMLDivElement | null>
  panel: RefObject<HTMLElement | null>
}

/**
 * The row the keyboard stands on, and what is open beside the list. What is open follows while somebody walks; it stays open
 * when its row is not in the list any more, and is open again when somebody comes back to the page.
 */
export function useCursor<Row extends { id: string }>({ kind, list, view, route, grid, panel }: CursorOptions<Row>) {
  const stand = useObservable(list.stand)
  const walks = useRef(0)
  const enter = useRef(false)
  /** What was opened by a click or by walking, whose row is in view. */
  const seen = useRef('')

  // A row keeps its mark when a new order puts it elsewhere; a link's row gets it once it is loaded.
  const pending = stand !== null && stand.id === ''
  const wanted = pending ? '' : route.id || (stand?.id ?? '')
  let active: number | null = null
  if (wanted !== '') {
    const here = stand ? list.row(stand.index) : undefined
    if (stand && here?.id === wanted) active = stand.index
    else active = list.indexOf((row) => row.id === wanted) ?? (stand?.id === wanted && here === undefined ? stand.index : null)
  } else if (stand) active = stand.index
  if (active !== null && active >= view.total) active = null

  const open = (id: string, replace: boolean) => {
    seen.current = id
    go({ page: kind, id, tab: route.tab }, replace)
  }
  const close = () => {
    go({ page: kind })
    grid.current?.focus()
  }

  const arrive = (index: number, row: Row) => {
    list.stand.set({ index, id: row.id })
    if (route.id !== '' && row.id !== '') open(row.id, true)
  }
  const walk = (index: number) => {
    const turn = ++walks.current
    reveal(grid.current, index)
    const row = list.row(index)
    if (row) {
      arrive(index, row)
      return
    }
    list.stand.set({ index, id: '' })
    list.rows(index, index).then(
      ([loaded]) => turn === walks.current && loaded && arrive(index, loaded),
      () => undefined, // the list itself says what is wrong
    )
  }

  const onActive = (index: number | null, how: 'walk' | 'click' | 'open') => {
    if (index === null) {
      if (route.id !== '') close()
      else list.stand.set(null)
      return
    }
    if (how === 'walk') {
      walk(index)
      return
    }
    const row = list.row(index)
    if (!row || row.id === '') return
    walks.current++
    list.stand.set({ index, id: row.id })
    enter.current = how === 'open'
    if (row.id === route.id) focusPanel()
    else open(row.id, false)
  }

  const focusPanel = () => {
    if (!enter.current) return
    enter.current = false
    const tab = panel.current?.querySelector<HTMLElement>('[role=tab][aria-selected=true]')
    ;(tab ?? panel.current)?.focus()
  }
  useEffect(focusPanel)

  // What a link or coming back has opened is brought into view, if its row is among those that are there.
  useEffect(() => {
    if (route.id === seen.current || view.total < 0 || view.loading) return
    seen.current = route.id
    if (route.id !== '' && active !== null) reveal(grid.current, active)
  })
  // What makes the list shorter, such as chips that come once people are counted, leaves the open row in view if it was.
  const opened = route.id === '' ? null : active
  useEffect(() => {
    const frame = grid.current
    if (!frame || opened === null) return
    let height = frame.clientHeight
    const resized = new ResizeObserver(() => {
      const top = opened * rowHeight - frame.scrollTop
      if (frame.clientHeight < height && top >= 0 && top < height) reveal(frame, opened)
      height = frame.clientHeight
    })
    resized.observe(frame)
    return () => resized.disconnect()
  }, [grid, opened])
  const came = useRef(true)
  useEffect(() => {
    if (came.current && route.id === '' && list.open.id !== '') go({ page: kind, ...list.open }, true)
    else list.open = { id: route.id, tab: route.tab }
    came.current = false
  }, [kind, list, route.id, route.tab])

  const onKeyDown = (e: KeyboardEvent) => {
    if (!e.altKey || e.ctrlKey || e.metaKey || (e.key !== 'ArrowDown' && e.key !== 'ArrowUp')) return
    if (route.id === '' || view.total <= 0) return
    const to = (active ?? -1) + (e.key === 'ArrowDown' ? 1 : -1)
    e.preventDefault()
    if (to < 0 || to >= view.total) return
    walk(to)
  }

  return {
    active,
    close,
    onActive,
    onKeyDown,
    onRange: useCallback((from: number, to: number) => list.ensure(from, to), [list]),
    onTab: (tab: string) => go({ page: kind, id: route.id, tab }, true),
  }
}

/** Tells how many were found, once for what was asked: not again when they become more while somebody reads them. */
export function useFoundTold({ answered, loading }: ListView, found: string): void {
  const about = answered && JSON.stringify(narrowing(answered))
  const told = useRef(about)
  useEffect(() => {
    if (about === null || loading || told.current === about) return
    const first = told.current === null
    told.current = about
    if (found !== '' && !first) announce(found)
  }, [about, loading, found])
}

const calmEvery = 2_000

/**
 * Makes a list anew by itself while nobody is at it: it is at its top, nothing is chosen, and the pointer is not over its
 * rows. So no row ever moves under the pointer.
 */
export function useCalmRefresh<Row>(list: PagedList<Row>, view: ListView, grid: RefObject<HTMLDivElement | null>, idle: boolean): void {
  const last = useRef(0)
  useEffect(() => {
    if (!view.stale || view.loading || view.error || !idle) return
    const calm = () => {
      const el = grid.current
      if (el && (el.scrollTop > 0 || el.matches(':hover'))) {
        timer = setTimeout(calm, calmEvery)
        return
      }
      last.current = Date.now()
      list.refresh()
    }
    let timer = setTimeout(calm, Math.max(0, last.current + calmEvery - Date.now()))
    return () => clearTimeout(timer)
  }, [list, grid, view.stale, view.loading, view.error, view.version, idle])
}
