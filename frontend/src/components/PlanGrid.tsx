import type { ReactNode, Ref } from 'react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { difference } from '../lib/difference'
import { useObservable } from '../lib/observable'
import { announce } from '../state/announcer'
import type { PagedList } from '../state/list'
import { EmptyState } from './EmptyState'
import { ErrorBar } from './ErrorBar'
import { type Column, Grid } from './Grid'
import { SearchField } from './SearchField'
import './plan.css'

export interface PlanGridProps<Row> {
  list: PagedList<Row>
  /** Of the grid, for screen readers. */
  label: string
  /** Prefix of the rows' ids in the page. */
  name: string
  columns: readonly Column<Row>[]
  searchLabel: string
  /** The row that the keyboard stands on. Its owner keeps it, so that it can be walked from elsewhere. */
  active: number | null
  onActive: (index: number | null, how: 'walk' | 'click' | 'open') => void
  /** What stands where no row fits; without it that nothing was found. */
  empty?: ReactNode
  /** Works it out anew. Trying again is that, where what was worked out is not kept any more. */
  onGone?: () => void
  /** Rows that can be ticked, and which are. */
  ticks?: { has: (index: number) => boolean; onTick: (index: number, extend: boolean) => void; label: string; all: boolean | 'mixed'; onAll: () => void; allLabel: string } | undefined
  /** Beside the search. */
  tools?: ReactNode
  ref?: Ref<HTMLDivElement>
}

/** The rows of something that was worked out: searched, filtered by its owner's chips, loaded as they come into view. */
export function PlanGrid<Row>({ list, label, name, columns, searchLabel, active, onActive, empty, onGone, ticks, tools, ref }: PlanGridProps<Row>) {
  const { t, i18n } = useTranslation()
  const view = useObservable(list.view)
  const [onRange] = useState(() => (from: number, to: number) => list.ensure(from, to))
  const [scroll] = useState({ top: 0, order: '' })
  useEffect(() => list.show(), [list])
  const { asked, total, loading, error } = view
  const narrowed = asked.search !== '' || asked.state !== ''
  const found = narrowed && !loading && total >= 0 ? t('directory.found', { count: total, formatted: total.toLocaleString(i18n.language) }) : ''
  useEffect(() => {
    if (found !== '') announce(found)
  }, [found])
  return (
    <div className="plan">
      <div className="toolbar plan-tools">
        <SearchField main label={searchLabel} value={asked.search} busy={loading} onSearch={(search) => list.ask({ search })} />
        <span className="quiet found">{found}</span>
        <span className="spring" />
        {tools}
      </div>
      {error && <ErrorBar error={error} onRetry={() => (onGone && error.code === 'PLAN_GONE' ? onGone() : list.retry())} />}
      <div className="grid-frame">
        {total === 0 && !loading && !error ? (
          (!narrowed && empty) || <EmptyState title={t('directory.nothing.title')} />
        ) : (
          !(total < 0 && error) && (
            <Grid
              {...(ref ? { ref } : {})}
              name={name}
              label={label}
              columns={columns}
              busy={total < 0}
              count={total < 0 ? 12 : total}
              row={(index) => list.row(index)}
              onRange={onRange}
              active={active}
              onActive={onActive}
              order={JSON.stringify(view.answered)}
              scroll={scroll}
              {...(ticks ? { isTicked: ticks.has, onTick: ticks.onTick, tickLabel: ticks.label, allTicked: ticks.all, onTickAll: ticks.onAll, tickAllLabel: ticks.allLabel } : {})}
            />
          )
        )}
      </div>
    </div>
  )
}

/** A value before and after; what differs is marked. Each side takes its own direction. */
export function FromTo({ from, to, side }: { from: string; to: string; side: 'from' | 'to' }) {
  const parts = difference(from, to)
  const text = side === 'from' ? from : to
  const other = side === 'from' ? parts.from : parts.to
  const Mark = side === 'from' ? 'del' : 'ins'
  return (
    <span dir="auto" className={`identity from-to ${side}`} title={text}>
      {from === '' || to === '' || other === '' ? text : (
        <>
          {parts.head}
          <Mark>{other}</Mark>
          {parts.tail}
        </>
      )}
    </span>
  )
}
