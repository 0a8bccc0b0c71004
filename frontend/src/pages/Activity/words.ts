import type { TFunction } from 'i18next'
import { actionKey, outcomes } from '../../lib/status'
import { type Filter, type Key, moment, periods } from '../../state/activity-filter'
import { when } from '../../lib/time'

/** A value of the filter as people say it. */
export function valueText(t: TFunction, key: Key | 'text', value: string, language = ''): string {
  const result = key === 'status' ? outcomes.find((o) => o === value) : undefined
  if (result) return t(`common.outcomes.${result}`)
  if (key === 'action') return t(actionKey(value))
  if (key === 'method') return value.toUpperCase()
  if (key === 'is') return t('activity.filter.unlike')
  if (key !== 'after' && key !== 'before') return value
  const period = periods.find((p) => p === value)
  if (period) return t(`activity.filter.periods.${period}`)
  if (value === 'yesterday') return t('activity.filter.yesterday')
  const at = /^\d{4}-/.test(value) && language !== '' ? moment(value, new Date()) : null
  return at ? when(at.toISOString(), language) : value
}

/** One thing that a filter asks for, and the filter without it. */
export interface Part {
  key: Key | 'text'
  value: string
  without: Filter
}

/** What a filter asks for, one by one. */
export function parts(filter: Filter): Part[] {
  const { outcomes: of, actions, methods, status, person, resource, text, from, until, unlike } = filter
  const found: Part[] = []
  for (const one of of) found.push({ key: 'status', value: one, without: { ...filter, outcomes: of.filter((o) => o !== one) } })
  if (status) found.push({ key: 'code', value: String(status), without: { ...filter, status: 0 } })
  for (const one of actions) found.push({ key: 'action', value: one, without: { ...filter, actions: actions.filter((a) => a !== one) } })
  for (const one of methods) found.push({ key: 'method', value: one, without: { ...filter, methods: methods.filter((m) => m !== one) } })
  if (person) found.push({ key: 'person', value: person, without: { ...filter, person: '' } })
  if (resource) found.push({ key: 'id', value: resource, without: { ...filter, resource: '' } })
  if (from) found.push({ key: 'after', value: from, without: { ...filter, from: '' } })
  if (until) found.push({ key: 'before', value: until, without: { ...filter, until: '' } })
  if (unlike) found.push({ key: 'is', value: 'unlike', without: { ...filter, unlike: false } })
  const words = text.split(' ').filter(Boolean)
  words.forEach((word, i) => found.push({ key: 'text', value: word, without: { ...filter, text: words.filter((_, j) => j !== i).join(' ') } }))
  return found
}

/** A part as a chip says it. */
export function chipText(t: TFunction, { key, value }: Pick<Part, 'key' | 'value'>, language: string): string {
  if (key === 'is') return valueText(t, key, value)
  const period = key === 'after' && periods.some((p) => p === value)
  return t('activity.filter.chip', { name: t(`activity.filter.${period ? 'time' : key}`), value: valueText(t, key, value, language) })
}

/** The parts in one line, for what was not found. */
export const sentence = (t: TFunction, filter: Filter, language: string): string => parts(filter).map((part) => chipText(t, part, language)).join(', ')
