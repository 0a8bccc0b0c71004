import type { TFunction } from 'i18next'
import type { Activity } from '../../api/types'
import { actionKey, outcome } from '../../lib/status'
import { moment } from '../../lib/time'

/** Why it failed, or what was asked for; both as they were on the wire, so in no language of ours. */
export function summary(row: Activity): string {
  const request = `${row.method} ${row.target}`
  if (row.detail === '') return request
  return row.scimType ? `${row.scimType}: ${row.detail}` : row.detail
}

/** A row for the clipboard. */
export function asText(row: Activity, t: TFunction, language: string): string {
  return [
    `${t('detail.request')}: ${row.method} ${row.target}`,
    `${t('detail.answer')}: ${row.status} ${t(`outcomes.${outcome(row.status)}`)}, ${t('detail.took', { ms: row.took })}`,
    row.detail && `${t('detail.error')}: ${summary(row)}`,
    `${t('log.action')}: ${t(actionKey(row.action))}`,
    row.identity && `${t('detail.identity')}: ${row.identity}`,
    row.id && `${t('detail.id')}: ${row.id}`,
    `${t('detail.requestId')}: ${row.requestId}`,
    `${t('detail.time')}: ${moment(row.at, language)} (${row.at})`,
    row.remote && `${t('detail.remote')}: ${row.remote}`,
    row.userAgent && `${t('detail.userAgent')}: ${row.userAgent}`,
  ]
    .filter(Boolean)
    .join('\n')
}
