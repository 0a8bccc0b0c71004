import type { Activity } from '../api/types'
import { outcome } from './status'

const cases = [
  'create', 'update', 'disable', 'enable', 'delete', 'members', 'read', 'match', 'matchNone', 'list', 'test', 'discovery', 'other',
  'tokenRefused', 'uniqueness', 'deleteRefused', 'invalidPath', 'invalidValue', 'invalidSyntax', 'invalidFilter', 'noTarget', 'mutability', 'tooMany', 'badRequest',
  'notHere', 'changeNotHere', 'noSuchAddress', 'badMethod', 'precondition', 'tooLarge', 'media', 'busy', 'internal', 'notSupported', 'unavailable', 'cutOff',
] as const

/** What a request and its answer meant; its texts are in locales under activity.advice. */
export type Advice = (typeof cases)[number]

const byType: Record<string, Advice> = {
  uniqueness: 'uniqueness', invalidPath: 'invalidPath', invalidValue: 'invalidValue', invalidSyntax: 'invalidSyntax', invalidFilter: 'invalidFilter', noTarget: 'noTarget',
  mutability: 'mutability', tooMany: 'tooMany',
}

const byStatus: Record<number, Advice> = {
  400: 'badRequest', 401: 'tokenRefused', 405: 'badMethod', 409: 'deleteRefused', 412: 'precondition', 413: 'tooLarge', 415: 'media', 429: 'busy', 501: 'notSupported', 503: 'unavailable',
}

/** Says what a request meant; its answer tells a match that found nobody. */
export function advice(row: Pick<Activity, 'status' | 'outcome' | 'scimType' | 'method' | 'action' | 'type'>, answer = ''): Advice {
  const { status, scimType, method, action, type } = row
  const result = outcome(row)
  if (result === 'cutOff') return 'cutOff'
  if (status === 404) return type === '' ? 'noSuchAddress' : method === 'GET' ? 'notHere' : 'changeNotHere'
  if (result === 'success') {
    if (action === 'match' && /"totalResults"\s*:\s*0\b/.test(answer)) return 'matchNone'
    return cases.find((c) => c === action) ?? 'other'
  }
  return byType[scimType] ?? byStatus[status] ?? (result === 'error' ? 'internal' : 'badRequest')
}

/** The id of who has what was refused for being taken, as the answer names it; null where it names none. */
export function holder(detail: string): { type: 'User' | 'Group'; id: string } | null {
  const named = /is already used by (user|group) (\S+)$/.exec(detail)
  return named?.[2] ? { type: named[1] === 'group' ? 'Group' : 'User', id: named[2] } : null
}
