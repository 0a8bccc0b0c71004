import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import type { Activity, Snapshot } from '../../api/types'
import { Status } from '../../components/Status'
import { useNow } from '../../lib/now'
import { actionKey } from '../../lib/status'
import { brief, moment, when } from '../../lib/time'
import { hashOf } from '../../state/route'
import { needs } from './needs'
import { Card, type Read } from './part'

/** So many failures fit beside what needs attention; the others are a click away. */
const shown = 3

/** What somebody should look at, and the last requests that failed. */
export function Attention({ snapshot, unsure, ...read }: Read & { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <Card {...read} title={t('overview.attention.title')} bones={4} className="attention-part">
      {(data) => {
        const list = needs(snapshot, unsure, data, now)
        if (list.length === 0) return <Status tone={unsure ? 'unknown' : 'good'} word={t(unsure ? 'overview.attention.unknown' : 'overview.attention.allWell')} />
        return (
          <div className="attention">
            <ul className="needs">
              {list.map(({ kind, count, severe, to, fault, at }) => (
                <li key={kind}>
                  <Status tone={severe ? 'bad' : 'warning'} word={t(`overview.attention.${kind}`, { count, formatted: number(count), when: at && when(at, i18n.language) })} />
                  <Link href={hashOf(to)} aria-label={t(`overview.attention.show.${kind}`)}>
                    {t('overview.attention.showWord')}
                  </Link>
                  {fault && <Why fault={fault} />}
                </li>
              ))}
            </ul>
            {data.failed.length > 0 && (
              <div>
                <h3 className="feed-title">{t('overview.attention.last')}</h3>
                <ul className="feed feed-failed">
                  {data.failed.slice(0, shown).map((row) => (
                    <FailedLine key={row.seq} row={row} />
                  ))}
                </ul>
              </div>
            )}
          </div>
        )
      }}
    </Card>
  )
}

/** The reason in the page's own words, and the backend's where they say more. */
function Why({ fault }: { fault: { code: string; message: string } }) {
  const { t } = useTranslation()
  const detail = detailOf(fault)
  return (
    <div className="need-why quiet small">
      {t(`${errorKey(fault.code)}.text`)}
      {detail && <div lang="en">{detail}</div>}
    </div>
  )
}

function FailedLine({ row }: { row: Activity }) {
  const { t, i18n } = useTranslation()
  const action = t(actionKey(row.action))
  const who = row.identity || row.id
  return (
    <li>
      <time dateTime={row.at} title={moment(row.at, i18n.language)} className="quiet">
        {brief(row.at, i18n.language)}
      </time>
      <span className="feed-action">{row.status}</span>
      <span className="feed-who">
        <Link href={hashOf({ page: 'activity', id: String(row.seq) })}>
          {action} {who && <bdi>{who}</bdi>}
        </Link>
        <span className="quiet" lang="en" title={row.detail}>
          {' '}
          {row.detail}
        </span>
      </span>
    </li>
  )
}
