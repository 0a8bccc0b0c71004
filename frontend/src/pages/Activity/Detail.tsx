import { Button } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Activity } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Status } from '../../components/Status'
import { actionKey, outcome } from '../../lib/status'
import { moment } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { tones } from './ActivityGrid'
import { asText } from './text'

/** All that is known of one request. */
export function Detail({ row, onClose }: { row: Activity; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const result = outcome(row.status)
  const copied = t('common.actionsBar.copied')
  return (
    <aside
      className="detail"
      aria-label={t('activity.details.title')}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onClose()
      }}
    >
      <div className="detail-head">
        <h3>
          {t(actionKey(row.action))} <bdi>{row.identity}</bdi>
        </h3>
        <Button appearance="subtle" icon={<DismissRegular />} aria-label={t('activity.details.close')} title={t('activity.details.close')} onClick={onClose} />
      </div>
      <dl>
        <Field name={t('activity.details.answer')}>
          <Status tone={tones[result]} word={t(`common.outcomes.${result}`)} /> {row.status}
          {', '}
          {t('activity.details.took', { ms: row.took.toLocaleString(i18n.language) })}
        </Field>
        {row.detail && (
          <Field name={t('activity.details.error')}>
            {row.scimType && <span className="code">{row.scimType}</span>} <span lang="en">{row.detail}</span>
          </Field>
        )}
        <Field name={t('activity.details.request')}>
          <span className="mono">
            {row.method} {row.target}
          </span>
        </Field>
        <Field name={t('activity.details.time')}>{moment(row.at, i18n.language)}</Field>
        {row.id && (
          <Field name={t('activity.details.id')}>
            <span className="mono">{row.id}</span>
            <CopyButton label={t('activity.details.copyId')} copied={copied} onCopy={() => copy(row.id)} />
          </Field>
        )}
        <Field name={t('activity.details.requestId')}>
          <span className="mono">{row.requestId}</span>
          <CopyButton label={t('activity.details.copyRequestId')} copied={copied} onCopy={() => copy(row.requestId)} />
        </Field>
        {row.remote && <Field name={t('activity.details.remote')}>{row.remote}</Field>}
        {row.userAgent && <Field name={t('activity.details.userAgent')}>{row.userAgent}</Field>}
      </dl>
      <CopyButton
        appearance="secondary"
        label={t('activity.details.copy')}
        text={t('activity.details.copy')}
        copied={copied}
        onCopy={() => copy(asText(row, t, i18n.language))}
      />
    </aside>
  )
}

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
