import { Button } from '@fluentui/react-components'
import { FilterAddRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity, ActivityDetail } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Status } from '../../components/Status'
import { advice, holder } from '../../lib/advice'
import { actionKey, actions, markOf, outcome, viaOf } from '../../lib/status'
import { moment } from '../../lib/time'
import { type Filter, methods } from '../../state/activity-filter'
import { copy } from '../../state/clipboard'
import { go } from '../../state/route'
import { tones } from './ActivityGrid'

export interface SummaryProps {
  row: Activity
  detail: ActivityDetail | null
  onOnly: (part: Partial<Filter>) => void
}

/** What a request meant, what to do, and the facts, each of which can become the filter. */
export function Summary({ row, detail, onOnly }: SummaryProps) {
  const { t, i18n } = useTranslation()
  const result = outcome(row)
  const meant = advice(row, detail?.response)
  const has = meant === 'uniqueness' ? holder(row.detail) : null
  const copied = t('common.actionsBar.copied')
  const bad = result === 'failure' || result === 'error' || result === 'cutOff'
  const method = methods.find((m) => m === row.method)
  const action = actions.find((a) => a === row.action)

  return (
    <>
      <div className="meaning">
        <p className="outcome">
          <Status tone={tones[result]} word={t(`common.outcomes.${result}`)} /> <span className="quiet">{row.status}</span>
        </p>
        <p>{t(`activity.advice.${meant}.text`)}</p>
        {bad && (
          <>
            <h3>{t('activity.todo')}</h3>
            <p>{t(`activity.advice.${meant}.todo`)}</p>
            {(meant === 'tokenRefused' || has) && (
              <div className="buttons">
                {meant === 'tokenRefused' && <Button onClick={() => go({ page: 'connection' })}>{t('activity.openConnection')}</Button>}
                {has && <Button onClick={() => go({ page: has.type === 'User' ? 'people' : 'groups', id: has.id })}>{t('activity.openHolder')}</Button>}
              </div>
            )}
          </>
        )}
      </div>
      {row.unlike.length > 0 && (
        <div className="meaning">
          <h3>
            <Status tone="warning" word={t('activity.unlike.title')} />
          </h3>
          <p>{t('activity.unlike.text')}</p>
          <ul className="plain-list">
            {row.unlike.map((mark) => (
              <li key={mark}>{t(`activity.unlike.marks.${markOf(mark)}`, { client: row.userAgent })}</li>
            ))}
          </ul>
          <div className="buttons">
            <Button size="small" appearance="subtle" icon={<FilterAddRegular />} onClick={() => onOnly({ unlike: true })}>
              {t('activity.unlike.only')}
            </Button>
          </div>
        </div>
      )}
      <dl className="request-facts">
        {row.detail && (
          <Fact name={t('activity.details.error')}>
            <span>
              {row.scimType && <span className="code">{row.scimType}</span>} <span lang="en">{row.detail}</span>
            </span>
          </Fact>
        )}
        <Fact name={t('activity.details.answer')} only={`${row.status}`} onOnly={row.status >= 100 ? () => onOnly({ status: row.status }) : undefined}>
          {row.status} · {t('activity.details.took', { ms: row.took.toLocaleString(i18n.language) })}
        </Fact>
        <Fact name={t('activity.details.action')} only={t(actionKey(row.action))} onOnly={action && (() => onOnly({ actions: [action] }))}>
          {t(actionKey(row.action))}
        </Fact>
        <Fact name={t('activity.details.request')} only={row.method} onOnly={method && (() => onOnly({ methods: [method] }))}>
          <span className="mono">
            {row.method} {row.target}
          </span>
        </Fact>
        {row.identity && (
          <Fact name={t('activity.details.identity')} only={row.identity} onOnly={() => onOnly(row.id ? { resource: row.id } : { person: row.identity })}>
            <bdi>{row.identity}</bdi>
            {row.id && (row.type === 'User' || row.type === 'Group') && (
              <Button size="small" appearance="subtle" onClick={() => go({ page: row.type === 'User' ? 'people' : 'groups', id: row.id })}>
                {t(row.type === 'User' ? 'activity.details.openPerson' : 'activity.details.openGroup')}
              </Button>
            )}
          </Fact>
        )}
        {row.id && (
          <Fact name={t('activity.details.id')} only={row.id} onOnly={row.identity ? undefined : () => onOnly({ resource: row.id })}>
            <span className="mono">{row.id}</span>
            <CopyButton label={t('activity.details.copyId')} copied={copied} onCopy={() => copy(row.id)} />
          </Fact>
        )}
        <Fact name={t('activity.details.time')}>{moment(row.at, i18n.language)}</Fact>
        <Fact name={t('activity.details.requestId')}>
          <span className="mono">{row.requestId}</span>
          <CopyButton label={t('activity.details.copyRequestId')} copied={copied} onCopy={() => copy(row.requestId)} />
        </Fact>
        {row.lastFour && <Fact name={t('activity.details.token')}>{t('activity.details.tokenSent', { lastFour: row.lastFour })}</Fact>}
        <Fact name={t('activity.details.via')}>{t(`activity.vias.${viaOf(row)}`)}</Fact>
        {row.remote && <Fact name={t('activity.details.remote')}>{row.remote}</Fact>}
        {row.userAgent && (
          <Fact name={t('activity.details.client')} only={row.userAgent} onOnly={() => onOnly({ text: row.userAgent })}>
            <span>{row.userAgent}</span>
          </Fact>
        )}
      </dl>
    </>
  )
}

function Fact({ name, children, only, onOnly }: { name: string; children: ReactNode; only?: string; onOnly?: (() => void) | undefined }) {
  const { t } = useTranslation()
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {only !== undefined && onOnly && (
          <Button
            size="small"
            appearance="subtle"
            icon={<FilterAddRegular />}
            aria-label={t('activity.filter.only', { value: only })}
            title={t('activity.filter.only', { value: only })}
            onClick={onOnly}
          />
        )}
      </dd>
    </div>
  )
}
