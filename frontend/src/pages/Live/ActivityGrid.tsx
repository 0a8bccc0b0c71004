import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { actionKey, type Outcome, outcome } from '../../lib/status'
import { clock } from '../../lib/time'
import type { ActivityLog, View } from '../../state/activity'
import { copy } from '../../state/clipboard'
import { asText, summary } from './text'

const rowHeight = 32
/** Room for the pill of unseen rows, so that it never hides a row for good. */
const pillHeight = 48

export const tones: Record<Outcome, Tone> = {
  success: 'good', notFound: 'neutral', failure: 'bad', error: 'severe', cutOff: 'unknown',
}

export interface ActivityGridProps {
  log: ActivityLog
  view: View
  /** What all targets begin with. */
  base: string
  ref: Ref<HTMLDivElement>
}

/**
 * The rows that are in view, newest last. The focus stays on the grid and the selected row is its active descendant, since a
 * focused row would lose the focus when it scrolls away and is removed. Any scrolling that is not the list's own
 * turns follow off.
 */
export function ActivityGrid({ log, view, base, ref }: ActivityGridProps) {
  const { t, i18n } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  useImperativeHandle(ref, () => scroller.current as HTMLDivElement, [])

  const { origin, last } = view
  const count = last - origin + 1
  const selected = view.selected && view.selected.seq >= origin && view.selected.seq <= last ? view.selected.seq : null
  const selectedIndex = selected === null ? null : selected - origin
  const moving = view.follow && !view.paused

  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => index + origin,
    overscan: 8,
    scrollMargin: rowHeight, // the head of the table, which sticks
    scrollPaddingStart: rowHeight,
    scrollPaddingEnd: pillHeight,
    // The selected row stays in the page, so that aria-activedescendant points at something.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      return selectedIndex === null || indexes.includes(selectedIndex) ? indexes : [...indexes, selectedIndex].sort((a, b) => a - b)
    },
  })

  const range = rows.range
  const from = range ? range.startIndex + origin : 0
  const to = range ? range.endIndex + origin : -1
  useEffect(() => log.ensure(from, to), [log, from, to, last])

  const toEnd = () => {
    const el = scroller.current
    if (el) el.scrollTop = el.scrollHeight
  }
  useLayoutEffect(() => {
    if (moving) toEnd()
  }, [moving, count])
  useEffect(() => {
    const el = scroller.current
    if (!el || !moving) return
    const resized = new ResizeObserver(toEnd)
    resized.observe(el)
    return () => resized.disconnect()
  }, [moving])

  // When old rows are dropped, what is in view stays where it is.
  const shownOrigin = useRef(origin)
  useLayoutEffect(() => {
    const el = scroller.current
    if (el && !moving) el.scrollTop -= (origin - shownOrigin.current) * rowHeight
    shownOrigin.current = origin
  }, [origin, moving])

  const onScroll = () => {
    const el = scroller.current
    if (el && moving && el.scrollHeight - el.clientHeight - el.scrollTop > rowHeight / 4) log.setFollow(false)
  }

  const select = (seq: number) => {
    const to = Math.max(origin, Math.min(last, seq))
    log.select(to)
    rows.scrollToIndex(to - origin)
  }

  const onKeyDown = (e: KeyboardEvent) => {
    const fits = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2)
    const start = selected ?? (moving ? last + 1 : from - 1)
    const copying = e.key === 'c' && (e.ctrlKey || e.metaKey) && getSelection()?.isCollapsed !== false
    if (copying && view.selected) void copy(asText(view.selected, t, i18n.language))
    else if (e.ctrlKey || e.metaKey || e.altKey) return
    else if (e.key === 'ArrowDown') select(start + 1)
    else if (e.key === 'ArrowUp') select(selected === null && !moving ? to : start - 1)
    else if (e.key === 'PageDown') select(start + fits)
    else if (e.key === 'PageUp') select(start - fits)
    else if (e.key === 'Home') select(origin)
    else if (e.key === 'End') log.resume()
    else if (e.key === 'f' || e.key === 'F') log.setFollow(!view.follow)
    else if (e.key === 'p' || e.key === 'P') log.setPaused(!view.paused)
    else if (e.key === 'Escape') log.select(null)
    else return
    e.preventDefault()
  }

  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={t('log.grid')}
      aria-rowcount={count + 1}
      aria-colcount={6}
      aria-activedescendant={selected === null ? undefined : rowId(selected)}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="row">
          <span role="columnheader">{t('log.time')}</span>
          <span role="columnheader">{t('log.action')}</span>
          <span role="columnheader">{t('log.identity')}</span>
          <span role="columnheader">{t('log.status')}</span>
          <span role="columnheader" className="number">{t('log.took')}</span>
          <span role="columnheader" className="summary">{t('log.summary')}</span>
        </div>
      </div>
      <div role="rowgroup" className="grid-rows" style={{ height: count * rowHeight + (moving ? 0 : pillHeight) }}>
        {rows.getVirtualItems().map((item) => {
          const seq = item.index + origin
          return (
            <Row
              key={item.key}
              seq={seq}
              index={item.index}
              top={item.start - rowHeight}
              row={log.row(seq)}
              base={base}
              selected={seq === selected}
              onClick={() => log.select(seq)}
            />
          )
        })}
      </div>
    </div>
  )
}

const rowId = (seq: number) => `request-${seq}`

interface RowProps {
  seq: number
  index: number
  top: number
  row: Activity | undefined
  base: string
  selected: boolean
  onClick: () => void
}

function Row({ seq, index, top, row, base, selected, onClick }: RowProps) {
  const { t, i18n } = useTranslation()
  const result = row && outcome(row.status)
  return (
    <div
      id={rowId(seq)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-busy={row ? undefined : true}
      className={selected ? 'row selected' : 'row'}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
    >
      <span role="gridcell" className="time">{row ? clock(row.at, i18n.language) : <Bone />}</span>
      <span role="gridcell">{row ? t(actionKey(row.action)) : <Bone />}</span>
      <span role="gridcell" dir="auto" className="identity">{row ? row.identity || row.id : <Bone />}</span>
      <span role="gridcell" className="outcome">
        {row && result ? (
          <>
            <Status tone={tones[result]} word={t(`outcomes.${result}`)} /> <span className="quiet">{row.status}</span>
          </>
        ) : (
          <Bone />
        )}
      </span>
      <span role="gridcell" className="number">{row ? (row.took < 1 ? '<1' : Math.round(row.took).toLocaleString(i18n.language)) : <Bone />}</span>
      <span role="gridcell" className="summary quiet">{row ? summary(row, base) : <Bone />}</span>
    </div>
  )
}

/** Stands for a text that is being loaded; it appears after 300 ms. */
function Bone() {
  return <span className="bone" />
}
