import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { HistoryRow, Reference } from '../../api/types'
import { Changes } from '../../components/Changes'
import { deedKey, isMembership } from '../../lib/deeds'
import { go, hashOf } from '../../state/route'

/** Whose values changed, and from what to what. */
export function ChangedValues({ rows, more }: { rows: readonly HistoryRow[]; more: boolean }) {
  const { t } = useTranslation()
  if (rows.length === 0) {
    return (
      <div>
        <p>{t('activity.changes.none')}</p>
        <p className="quiet">{t('activity.changes.noneLong')}</p>
      </div>
    )
  }
  return (
    <>
      {rows.map((row) => {
        const member = isMembership(row.action)
        return (
          <section key={row.seq} className="changed">
            <h3>
              <span className="capital">{t(deedKey(row.action))}</span> <Named of={member ? row.other : row.resource} />
              {member && (
                <>
                  {' '}
                  <span className="quiet">{t('activity.changes.inGroup')}</span> <Named of={row.resource} />
                </>
              )}
            </h3>
            {!member && row.changes.length > 0 && <Changes changes={row.changes} />}
          </section>
        )
      })}
      {more && <p className="quiet">{t('activity.changes.cut')}</p>}
    </>
  )
}

/** A person or group, with a way to it where there is one. */
function Named({ of }: { of: Reference }) {
  const { t } = useTranslation()
  const name = of.name || of.id
  if (!of.found || (of.type !== 'User' && of.type !== 'Group')) {
    return (
      <>
        <bdi>{name}</bdi> <span className="quiet small">{t('activity.details.goneTarget')}</span>
      </>
    )
  }
  const place = { page: of.type === 'User' ? 'people' : 'groups', id: of.id } as const
  return (
    <Link
      href={hashOf(place)}
      onClick={(e) => {
        e.preventDefault()
        go(place)
      }}
    >
      <bdi>{name}</bdi>
    </Link>
  )
}
