import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { HistoryRow, Reference } from '../../api/types'
import { attributeOf } from '../../lib/attributes'
import { deedKey, isMembership } from '../../lib/deeds'
import { brief, moment } from '../../lib/time'
import { hashOf } from '../../state/route'
import { Card, type Read } from './part'

/** The newest changes: who, what, when. */
export function RecentChanges(read: Read) {
  const { t } = useTranslation()
  return (
    <Card {...read} title={t('overview.changes.title')} bones={8} className="changes-part">
      {({ changes }) =>
        changes.length === 0 ? (
          <p className="quiet">{t('overview.changes.none')}</p>
        ) : (
          <ul className="feed">
            {changes.map((row) => (
              <ChangeLine key={row.seq} row={row} />
            ))}
          </ul>
        )
      }
    </Card>
  )
}

function ChangeLine({ row }: { row: HistoryRow }) {
  const { t, i18n } = useTranslation()
  const membership = isMembership(row.action)
  const came = row.action === 'member added'
  const about = membership && row.other.id ? row.other : row.resource
  const detail = membership
    ? t(came ? 'overview.changes.into' : 'overview.changes.outOf', { group: row.resource.name || row.resource.id })
    : row.action === 'updated'
      ? whatChanged()
      : ''
  return (
    <li>
      <time dateTime={row.at} title={moment(row.at, i18n.language)} className="quiet">
        {brief(row.at, i18n.language)}
      </time>
      <span className="feed-action capital">{membership ? t(came ? 'overview.changes.added' : 'overview.changes.removed') : t(deedKey(row.action))}</span>
      <span className="feed-who">
        <Link href={placeOf(about)} title={about.name}>
          <bdi>{about.name || about.id}</bdi>
        </Link>
        {detail && (
          <span className="quiet" title={detail}>
            {' '}
            {detail}
          </span>
        )}
      </span>
    </li>
  )

  function whatChanged(): string {
    const names = row.changes.map(({ path }) => {
      const attribute = attributeOf(path)
      return 'word' in attribute ? t(`common.attributes.${attribute.word}`) : attribute.name
    })
    return [...new Set(names)].join(', ')
  }
}

/** The history of a person or group. */
function placeOf({ type, id }: Reference): string {
  return hashOf({ page: type === 'Group' ? 'groups' : 'people', id, tab: 'history' })
}
