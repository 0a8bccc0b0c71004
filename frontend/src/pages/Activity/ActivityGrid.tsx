import { type KeyboardEvent, type Ref, useCallback, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../api/types'
import { type Column, Grid, rowHeight } from '../../components/Grid'
import { Marked } from '../../components/Marked'
import { Status, type Tone } from '../../components/Status'
import { actionKey, type Outcome, outcome, viaOf } from '../../lib/status'
import { moment, rowTime } from '../../lib/time'
import type { ActivityLog, View } from '../../state/activity'
import type { ColumnName } from '../../state/activity-look'
import { summary } from './text'

/** Room for the pill of unseen rows, so that it never hides a row for good. */
const pillHeight = 48

export const tones: Record<Outcome, Tone> = {
  success: 'good', notFound: 'neutral', failure: 'bad', error: 'severe', cutOff: 'unknown',
}

export interface ActivityGridProps {
  log: ActivityLog
  view: View
  columns: readonly ColumnName[]
  /** What all targets begin with. */
  base: string
  onActive: (index: number | null, how: 'walk' | 'click' | 'open') => void
  /** Other keys; true means that it was one. */
  onKey: (e: KeyboardEvent) => boolean
  ref: Ref<HTMLDivElement>
}

/** The requests of the list, newest last. */
export function ActivityGrid({ log, view, columns: chosen, base, onActive, onKey, ref }: ActivityGridProps) {
  const { t, i18n } = useTranslation()
  const grid = useRef<HTMLDivElement>(null)
  useImperativeHandle(ref, () => grid.current as HTMLDivElement, [])
  const moving = view.follow && !view.paused
  const { from } = view
  const marked = [view.filter.person, view.filter.text].filter(Boolean).join(' ')
  const onRange = useCallback((first: number, last: number) => log.ensure(first, last), [log, view.list, from])
  const keyOf = useCallback((index: number) => log.seq(index), [log, view.list, from])

  // Coming back to the page, the view is where it was left; a request that is linked to stands in the middle.
  const revealed = useRef(-1)
  useLayoutEffect(() => {
    const el = grid.current
    if (!el || revealed.current === view.reveal) return
    const began = revealed.current < 0
    revealed.current = view.reveal
    const index = view.active === null ? null : log.indexOf(view.active)
    if (index !== null && (!began || view.reveal > 0)) el.scrollTop = Math.max(0, (index + 1) * rowHeight - el.clientHeight / 2)
    else if (began && !moving) el.scrollTop = log.top * rowHeight + log.beyond
  }, [log, view.reveal, view.active, moving])

  useLayoutEffect(() => {
    const el = grid.current
    return () => {
      if (el) log.beyond = el.scrollTop - log.top * rowHeight
    }
  }, [log, view.list])

  const columns = useMemo(() => {
    const all: Record<ColumnName, Omit<Column<Activity>, 'id' | 'title'>> = {
      time: { width: '120px', render: (row) => <time className="time" dateTime={row.at} title={moment(row.at, i18n.language)}>{rowTime(row.at, i18n.language)}</time> },
      action: { width: '112px', from: 480, render: (row) => t(actionKey(row.action)) },
      identity: { width: 'minmax(100px, 1.1fr)', render: (row) => <Marked text={row.identity || row.id} search={marked} /> },
      status: {
        width: '148px',
        render: (row) => (
          <span className="outcome">
            <Status tone={tones[outcome(row)]} word={t(`common.outcomes.${outcome(row)}`)} /> <span className="quiet">{row.status}</span>
          </span>
        ),
      },
      took: { width: '56px', align: 'end', from: 480, render: (row) => (row.took < 1 ? '<1' : Math.round(row.took).toLocaleString(i18n.language)) },
      summary: {
        width: 'minmax(140px, 2fr)',
        from: 760,
        render: (row) => (
          <span className="quiet row-summary">
            {row.unlike.length > 0 && <span className="row-chip">{t('activity.unlike.mark')}</span>} <Marked text={summary(row, base)} search={marked} />
          </span>
        ),
      },
      via: { width: 'minmax(100px, 160px)', from: 760, render: (row) => <span className="capital">{t(`activity.vias.${viaOf(row)}`)}</span> },
      method: { width: '72px', from: 480, render: (row) => <span className="mono">{row.method}</span> },
      client: { width: 'minmax(120px, 1fr)', from: 760, render: (row) => <span title={row.userAgent}>{row.userAgent}</span> },
      remote: { width: 'minmax(120px, 160px)', from: 760, render: (row) => row.remote },
      requestId: { width: 'minmax(120px, 300px)', from: 760, render: (row) => <span className="mono">{row.requestId}</span> },
    }
    return chosen.map((id): Column<Activity> => ({ id, title: t(`activity.${id}`), ...all[id] }))
  }, [t, i18n.language, base, chosen, marked])

  return (
    <Grid
      key={view.list}
      ref={grid}
      name="request"
      label={t(view.search ? 'activity.gridFiltered' : 'activity.grid')}
      columns={columns}
      count={log.count}
      row={(index) => log.row(index)}
      keyOf={keyOf}
      onRange={onRange}
      active={view.active === null ? null : log.indexOf(view.active)}
      onActive={onActive}
      atEnd={moving}
      onLeaveEnd={() => log.setFollow(false)}
      endSpace={moving ? 0 : pillHeight}
      dropped={from}
      onKey={onKey}
    />
  )
}
