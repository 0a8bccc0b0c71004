import { defaultKeyExtractor, defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type KeyboardEvent, memo, type MouseEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react'
import { useWidth } from '../lib/width'
import './grid.css'

export const rowHeight = 32

export interface Column<Row> {
  id: string
  title: string
  /** A CSS grid track, such as 104px or minmax(120px, 2fr). Columns at the end are left out when the pixels don't fit. */
  width: string
  render: (row: Row) => ReactNode
  align?: 'end'
  /** onSort is called with the id when its head is pressed. */
  sortable?: boolean
  /** Left out when the grid is narrower than so many pixels. */
  from?: 480 | 760 | 1000
}

export interface GridProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  /** How many rows there are, loaded or not. */
  count: number
  /** A row, undefined while it is not loaded; the grid then shows bones and onRange has asked for it. */
  row: (index: number) => Row | undefined
  /** Names the row of an index in the page's ids and keys, its place if there is none. Another function makes all places anew. */
  keyOf?: (index: number) => string | number
  /** Prefix of the rows' ids. */
  name: string
  onRange: (from: number, to: number) => void
  /** The row the keyboard stands on, null for none. */
  active: number | null
  /** How it came there: walking with the arrows, a click, or Enter. */
  onActive: (index: number | null, how: 'walk' | 'click' | 'open') => void
  /** The rows are not there yet: bones stand for them, and how many there will be is not known. */
  busy?: boolean
  /** Rows that are ticked; without it there are no boxes. */
  isTicked?: (index: number) => boolean
  onTick?: (index: number, extend: boolean) => void
  allTicked?: boolean | 'mixed'
  onTickAll?: () => void
  tickLabel?: string
  tickAllLabel?: string
  sort?: { id: string; descending: boolean }
  onSort?: (id: string) => void
  /** Keeps the last row in view while it is true; any scrolling that is not the grid's own calls onLeaveEnd. */
  atEnd?: boolean
  onLeaveEnd?: () => void
  /** Empty room below the last row, for what floats above it. */
  endSpace?: number
  /** Rows dropped at the top since the grid began: what is in view stays where it is when it grows. */
  dropped?: number
  /** Other keys; true means that it was one. */
  onKey?: (e: KeyboardEvent) => boolean
  /** What tells apart two orders of rows: when it changes, the grid goes to the top. */
  order?: string
  /** Where it is scrolled to, kept by its owner: a grid that is made again in the same order begins there. */
  scroll?: { top: number; order: string }
  ref?: Ref<HTMLDivElement>
}

/** Scrolls a grid as little as it takes to show a row. */
export function reveal(grid: HTMLElement | null, index: number): void {
  if (!grid) return
  const top = index * rowHeight
  if (top < grid.scrollTop) grid.scrollTop = top
  else if (top + 2 * rowHeight > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + 2 * rowHeight - grid.clientHeight
}

const gap = 12
const tickWidth = 24

/** The columns that a grid of so many pixels has room for; the first one always. */
export function fitting<Row>(columns: readonly Column<Row>[], width: number, ticks: boolean): Column<Row>[] {
  const wanted = columns.filter((c) => !c.from || width === 0 || width >= c.from)
  if (width === 0) return wanted
  let room = width - gap - (ticks ? tickWidth + gap : 0)
  const full = wanted.findIndex((c) => {
    room -= Number(/(\d+)px/.exec(c.width)?.[1] ?? 0) + gap
    return room < 0
  })
  return full < 0 ? wanted : wanted.slice(0, Math.max(1, full))
}

/**
 * Rows of a long list, of which only those in view exist. The focus stays on the grid and the active row is its active
 * descendant, since a focused row would lose the focus when it scrolls away and is removed.
 */
export function Grid<Row>(props: GridProps<Row>) {
  const { label, columns, count, row, keyOf = defaultKeyExtractor, name, onRange, active, onActive, isTicked, onTick, sort, onSort, atEnd = false, endSpace = 0, dropped = 0 } = props
  const { scroll, order = '' } = props
  const scroller = useRef<HTMLDivElement>(null)
  useImperativeHandle(props.ref, () => scroller.current as HTMLDivElement, [])

  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    ...(scroll?.order === order ? { initialOffset: scroll.top } : {}),
    scrollMargin: rowHeight, // the head of the table, which sticks
    scrollPaddingStart: rowHeight,
    scrollPaddingEnd: endSpace,
    // The active row stays in the page, so that aria-activedescendant points at something.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      return active === null || active >= count || indexes.includes(active) ? indexes : [...indexes, active].sort((a, b) => a - b)
    },
  })

  const from = rows.range?.startIndex ?? 0
  const to = rows.range?.endIndex ?? -1
  useEffect(() => {
    if (count > 0) onRange(from, to)
  }, [onRange, from, to, count])

  // Where the grid last scrolled to its end. Its own scrolling is told a frame later, when the grid may have become lower:
  // only who is above that place has left the end.
  const end = useRef(0)
  const toEnd = () => {
    const el = scroller.current
    if (!el) return
    el.scrollTop = el.scrollHeight
    end.current = el.scrollTop
  }
  useLayoutEffect(() => {
    if (atEnd) toEnd()
  }, [atEnd, count])
  useEffect(() => {
    const el = scroller.current
    if (!el || !atEnd) return
    const resized = new ResizeObserver(toEnd)
    resized.observe(el)
    return () => resized.disconnect()
  }, [atEnd])

  const shownDropped = useRef(dropped)
  useLayoutEffect(() => {
    const el = scroller.current
    if (el && !atEnd) el.scrollTop -= (dropped - shownDropped.current) * rowHeight
    shownDropped.current = dropped
  }, [dropped, atEnd])

  const shownOrder = useRef(order)
  useLayoutEffect(() => {
    if (shownOrder.current !== order && scroller.current && !atEnd) scroller.current.scrollTop = 0
    shownOrder.current = order
  }, [order, atEnd])

  const onScroll = () => {
    const el = scroller.current
    if (el && scroll) Object.assign(scroll, { top: el.scrollTop, order })
    if (!el || !atEnd) return
    if (el.scrollHeight - el.clientHeight - el.scrollTop <= rowHeight / 4) end.current = el.scrollTop
    else if (el.scrollTop < end.current) props.onLeaveEnd?.()
  }

  const walk = (index: number, extend: boolean) => {
    if (count === 0) return
    const to = Math.max(0, Math.min(count - 1, index))
    if (extend) onTick?.(to, true)
    onActive(to, 'walk')
    rows.scrollToIndex(to)
  }

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget) return
    if (props.busy) return
    if (props.onKey?.(e)) {
      e.preventDefault()
      return
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return
    const fits = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2)
    const start = active ?? (atEnd ? count : from - 1)
    if (e.key === 'ArrowDown') walk(start + 1, e.shiftKey)
    else if (e.key === 'ArrowUp') walk(active === null && !atEnd ? to : start - 1, e.shiftKey)
    else if (e.key === 'PageDown') walk(start + fits, e.shiftKey)
    else if (e.key === 'PageUp') walk(start - fits, e.shiftKey)
    else if (e.key === 'Home') walk(0, e.shiftKey)
    else if (e.key === 'End') walk(count - 1, e.shiftKey)
    else if (e.key === ' ' && active !== null && onTick) onTick(active, false)
    else if (e.key === 'Enter' && active !== null) onActive(active, 'open')
    else if (e.key === 'Escape' && active !== null) onActive(null, 'walk')
    else return
    e.preventDefault()
  }

  const ticks = isTicked !== undefined && onTick !== undefined
  const width = useWidth(scroller)
  const shown = useMemo(() => fitting(columns, width, ticks), [columns, width, ticks])
  const template = useMemo(
    () => ({ gridTemplateColumns: [...(ticks ? [`${tickWidth}px`] : []), ...shown.map((c) => c.width)].join(' ') }),
    [shown, ticks],
  )
  const idOf = (index: number) => `${name}-${keyOf(index)}`

  // The focus stays on the grid, where the arrow keys are heard, when a box is pressed.
  const onMouseDown = (e: MouseEvent) => {
    if (!(e.target as HTMLElement).closest('.tick')) return
    e.preventDefault()
    scroller.current?.focus({ preventScroll: true })
  }

  // One handler for all rows, so that no row is rendered anew for the sake of its own.
  const onRowsClick = (e: MouseEvent) => {
    const target = e.target as HTMLElement
    const index = Number(target.closest<HTMLElement>('[role=row]')?.getAttribute('aria-rowindex')) - 2
    if (!(index >= 0) || props.busy) return
    if (target.closest('.tick')) onTick?.(index, e.shiftKey)
    else if (onTick && (e.ctrlKey || e.metaKey || e.shiftKey)) onTick(index, e.shiftKey)
    else onActive(index, 'click')
  }

  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-busy={props.busy}
      aria-rowcount={props.busy ? -1 : count + 1}
      aria-colcount={shown.length + (ticks ? 1 : 0)}
      aria-multiselectable={ticks ? true : undefined}
      aria-activedescendant={active === null || active >= count ? undefined : idOf(active)}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onMouseDown={onMouseDown}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="row" style={template}>
          {ticks && (
            <span role="columnheader" className="tick">
              <input
                type="checkbox"
                aria-label={props.tickAllLabel}
                checked={props.allTicked === true}
                ref={(box) => {
                  if (box) box.indeterminate = props.allTicked === 'mixed'
                }}
                onChange={() => props.onTickAll?.()}
              />
            </span>
          )}
          {shown.map((c) => (
            <span
              key={c.id}
              role="columnheader"
              className={c.align === 'end' ? 'number' : undefined}
              aria-sort={c.sortable && sort?.id === c.id ? (sort.descending ? 'descending' : 'ascending') : undefined}
            >
              {c.sortable && onSort ? (
                <button type="button" className="sort" onClick={() => onSort(c.id)}>
                  <span className="sort-title">{c.title}</span>
                  {sort?.id === c.id && <span aria-hidden>{sort.descending ? '↓' : '↑'}</span>}
                </button>
              ) : (
                c.title
              )}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="grid-rows" style={{ height: count * rowHeight + endSpace }} onClick={onRowsClick}>
        {rows.getVirtualItems().map((item) => (
          <GridRow
            key={item.key}
            id={idOf(item.index)}
            index={item.index}
            top={item.start - rowHeight}
            value={props.busy ? undefined : row(item.index)}
            columns={shown}
            template={template}
            active={item.index === active}
            ticked={isTicked?.(item.index) ?? false}
            ticks={ticks}
            tickLabel={props.tickLabel}
          />
        ))}
      </div>
    </div>
  )
}

interface GridRowProps<Row> {
  id: string
  index: number
  top: number
  value: Row | undefined
  columns: readonly Column<Row>[]
  template: CSSProperties
  active: boolean
  ticked: boolean
  ticks: boolean
  tickLabel: string | undefined
}

function PlainRow<Row>({ id, index, top, value, columns, template, active, ticked, ticks, tickLabel }: GridRowProps<Row>) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={ticks ? ticked : active}
      aria-busy={value === undefined ? true : undefined}
      className={`row${active ? ' active' : ''}${ticked ? ' ticked' : ''}`}
      style={{ ...template, transform: `translateY(${top}px)` }}
    >
      {ticks && (
        <span role="gridcell" className="tick">
          <input type="checkbox" tabIndex={-1} aria-label={tickLabel} checked={ticked} readOnly />
        </span>
      )}
      {columns.map((c) => (
        <span key={c.id} role="gridcell" className={c.align === 'end' ? 'number' : undefined}>
          {value === undefined ? <span className="bone" /> : c.render(value)}
        </span>
      ))}
    </div>
  )
}

/** Scrolling and walking render only the rows that come, go or change. */
const GridRow = memo(PlainRow) as typeof PlainRow
