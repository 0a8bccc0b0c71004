import { type KeyboardEvent, type Ref, useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../api/types'
import { type Column, Grid } from '../../components/Grid'
import { Status, type Tone } from '../../components/Status'
import { actionKey, type Outcome, outcome } from '../../lib/status'
import { clock } from '../../lib/time'
import type { ActivityLog, View } from '../../state/activity'
import { copy } from '../../state/clipboard'
import { asText, summary } from './text'

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

/** The requests, newest last. */
export function ActivityGrid({ log, view, base, ref }: ActivityGridProps) {
  const { t, i18n } = useTranslation()
  const { origin, last } = view
  const selected = view.selected && view.selected.seq >= origin && view.selected.seq <= last ? view.selected.seq - origin : null
  const moving = view.follow && !view.paused
  const onRange = useCallback((from: number, to: number) => log.ensure(from + origin, to + origin), [log, origin, last])

  const columns = useMemo((): Column<Activity>[] => [
    { id: 'time', title: t('activity.time'), width: '104px', render: (row) => <span className="time">{clock(row.at, i18n.language)}</span> },
    { id: 'action', title: t('activity.action'), width: '112px', render: (row) => t(actionKey(row.action)) },
    {
      id: 'identity',
      title: t('activity.identity'),
      width: 'minmax(100px, 1.1fr)',
      render: (row) => <span dir="auto" className="identity">{row.identity || row.id}</span>,
    },
    {
      id: 'status',
      title: t('activity.status'),
      width: '148px',
      render: (row) => (
        <span className="outcome">
          <Status tone={tones[outcome(row.status)]} word={t(`common.outcomes.${outcome(row.status)}`)} /> <span className="quiet">{row.status}</span>
        </span>
      ),
    },
    {
      id: 'took',
      title: t('activity.took'),
      width: '56px',
      align: 'end',
      from: 480,
      render: (row) => (row.took < 1 ? '<1' : Math.round(row.took).toLocaleString(i18n.language)),
    },
    { id: 'summary', title: t('activity.summary'), width: 'minmax(140px, 2fr)', from: 760, render: (row) => <span className="quiet">{summary(row, base)}</span> },
  ], [t, i18n.language, base])

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.key === 'c' && (e.ctrlKey || e.metaKey) && getSelection()?.isCollapsed !== false && view.selected) void copy(asText(view.selected, t, i18n.language))
    else if (e.ctrlKey || e.metaKey || e.altKey) return false
    else if (e.key === 'End') log.resume()
    else if (e.key === 'f' || e.key === 'F') log.setFollow(!view.follow)
    else if (e.key === 'p' || e.key === 'P') log.setPaused(!view.paused)
    else return false
    return true
  }

  return (
    <Grid
      ref={ref}
      name="request"
      label={t('activity.grid')}
      columns={columns}
      count={last - origin + 1}
      row={(index) => log.row(index + origin)}
      keyOf={(index) => index + origin}
      onRange={onRange}
      active={selected}
      onActive={(index) => log.select(index === null ? null : index + origin)}
      atEnd={moving}
      onLeaveEnd={() => log.setFollow(false)}
      endSpace={moving ? 0 : pillHeight}
      dropped={origin}
      onKey={onKey}
    />
  )
}
