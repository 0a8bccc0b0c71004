import type { TFunction } from 'i18next'
import type { Activity, ActivityDetail } from '../../api/types'
import { actionKey, outcome } from '../../lib/status'
import { moment } from '../../lib/time'

/** Why it failed, or what was asked for; both as they were on the wire, so in no language of ours. */
export function summary(row: Activity, base = ''): string {
  if (row.detail === '') return `${row.method} ${readable(row.target, base)}`
  return row.scimType ? `${row.scimType}: ${row.detail}` : row.detail
}

/** A target without the part that all have in common, and with its filter in plain letters. */
function readable(target: string, base: string): string {
  const short = base !== '' && target.startsWith(`${base}/`) ? target.slice(base.length) : target
  try {
    return decodeURIComponent(short.replaceAll('+', ' '))
  } catch {
    return short
  }
}

/** The path that the targets below an address begin with. */
export function basePath(address: string): string {
  return URL.canParse(address) ? new URL(address).pathname.replace(/\/$/, '') : ''
}

/** A row for the clipboard. */
export function asText(row: Activity, t: TFunction, language: string): string {
  return [
    `${t('activity.details.request')}: ${row.method} ${row.target}`,
    `${t('activity.details.answer')}: ${row.status} ${t(`common.outcomes.${outcome(row)}`)}, ${t('activity.details.took', { ms: row.took })}`,
    row.detail && `${t('activity.details.error')}: ${summary(row)}`,
    `${t('activity.action')}: ${t(actionKey(row.action))}`,
    row.identity && `${t('activity.details.identity')}: ${row.identity}`,
    row.id && `${t('activity.details.id')}: ${row.id}`,
    `${t('activity.details.requestId')}: ${row.requestId}`,
    `${t('activity.details.time')}: ${moment(row.at, language)} (${row.at})`,
    row.remote && `${t('activity.details.remote')}: ${row.remote}`,
    row.userAgent && `${t('activity.details.client')}: ${row.userAgent}`,
  ]
    .filter(Boolean)
    .join('\n')
}

/** A request with its bodies and changes for the clipboard: bodies that are JSON as such, others as text. */
export function asJson({ row, request, response, changes }: ActivityDetail): string {
  const body = (text: string): unknown => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }
  return JSON.stringify({ ...row, request: body(request), response: body(response), changes }, null, 2)
}
