import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { databaseKey } from '../../lib/status'
import { when } from '../../lib/time'

/** How listener and database are, and how many people and groups there are. Unsure: the snapshot may be out of date. */
export function StateTiles({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const { listener, database, people, groups } = snapshot
  const number = (n: number) => n.toLocaleString(i18n.language)
  const known = unsure ? null : databaseKey(database.state)
  const databaseTone: Tone = known === null ? 'unknown' : database.state === 'ok' ? 'good' : database.state === 'corrupt' ? 'severe' : 'bad'
  const since = (at: string) => (at && !unsure ? t('overview.since', { when: when(at, i18n.language) }) : '')
  return (
    <section className="card tiles" aria-labelledby="state-title">
      <h2 id="state-title">{t('overview.title')}</h2>
      <Tile
        name={t('overview.listener')}
        status={
          unsure ? (
            <Status tone="unknown" word={t('overview.unknown')} />
          ) : (
            <Status tone={listener.serving ? 'good' : 'bad'} word={t(listener.serving ? 'overview.listenerOk' : 'overview.listenerDown')} />
          )
        }
        note={listener.serving ? since(listener.since) : listener.listen}
      />
      <Tile
        name={t('overview.database')}
        status={<Status tone={databaseTone} word={known ? t(known) : t('overview.unknown')} />}
        note={since(database.since)}
      />
      <Tile
        name={t('overview.people')}
        status={<strong className="count">{number(people.total)}</strong>}
        note={t('overview.counts', { active: number(people.active), disabled: number(people.total - people.active) })}
      />
      <Tile
        name={t('overview.groups')}
        status={<strong className="count">{number(groups.total)}</strong>}
        note={t('overview.groupCounts', { deleted: number(groups.deleted) })}
      />
    </section>
  )
}

interface TileProps {
  name: string
  status: React.ReactNode
  note: string
}

function Tile({ name, status, note }: TileProps) {
  return (
    <div className="tile">
      <h3>{name}</h3>
      {status}
      <span className="quiet small">{note}</span>
    </div>
  )
}
