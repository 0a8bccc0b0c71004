import { ArrowSwapRegular, PeopleRegular, PeopleTeamRegular, WarningRegular } from '@fluentui/react-icons'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview, Snapshot } from '../../api/types'
import { type Outcome, outcomes } from '../../lib/status'
import { hashOf, type Route } from '../../state/route'
import { counted } from './needs'
import { PartError, type Read } from './part'

/** The four figures; each leads to what it counts. */
export function Tiles({ snapshot, unsure, data, error, onRetry }: Read & { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const { people, groups } = snapshot
  const number = (n: number) => n.toLocaleString(i18n.language)
  const before = unsure ? ` ${t('overview.fromBefore')}` : ''
  const read = (tile: (data: Overview) => { count: string; note: string }) =>
    data ? tile(data) : error ? { failed: <PartError error={error} onRetry={onRetry} /> } : {}
  const since = (query: Record<string, string>) => counted(data ?? { hours: [] }, query)
  return (
    <div className="overview-tiles">
      <Tile
        icon={PeopleRegular}
        name={t('overview.people')}
        to={{ page: 'people' }}
        count={number(people.total)}
        note={t('overview.counts', { active: number(people.active), disabled: number(people.total - people.active) }) + before}
      />
      <Tile
        icon={PeopleTeamRegular}
        name={t('overview.groups')}
        to={{ page: 'groups' }}
        count={number(groups.total)}
        note={t('overview.groupCounts', { deleted: number(groups.deleted) }) + before}
      />
      <Tile
        icon={ArrowSwapRegular}
        name={t('overview.requests')}
        to={since({})}
        {...read((d) => {
          const sums = sumsOf(d)
          return { count: number(sums.all), note: t('overview.requestCounts', { success: number(sums.success), notFound: number(sums.notFound) }) }
        })}
      />
      <Tile
        icon={WarningRegular}
        name={t('overview.failures')}
        to={since({ outcomes: 'failure,error' })}
        {...read(({ failures, refused }) => ({
          count: number(failures),
          note: refused ? t('overview.attention.refused', { count: refused, formatted: number(refused) }) : t(failures ? 'overview.lastDay' : 'overview.attention.none'),
        }))}
      />
    </div>
  )
}

export function sumsOf({ hours }: Overview) {
  const sum = (of: Outcome) => hours.reduce((n, h) => n + h[of], 0)
  return { success: sum('success'), notFound: sum('notFound'), cutOff: sum('cutOff'), all: outcomes.reduce((n, of) => n + sum(of), 0) }
}

interface TileProps {
  icon: ComponentType
  name: string
  to: Parameters<typeof hashOf>[0] & Partial<Route>
  count?: string
  note?: string
  failed?: React.ReactNode
}

function Tile({ icon: Icon, name, to, count, note, failed }: TileProps) {
  const head = (
    <span className="tile-name">
      <Icon aria-hidden /> {name}
    </span>
  )
  if (failed) {
    return (
      <div className="card tile">
        {head}
        {failed}
      </div>
    )
  }
  return (
    <a className="card tile" href={hashOf(to)} aria-busy={count === undefined}>
      {head}
      <strong className="count">{count ?? <span className="bone" />}</strong>
      <span className="quiet small tile-note">{note ?? <span className="bone" />}</span>
    </a>
  )
}
