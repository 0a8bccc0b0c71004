import type { ActivityFilter } from '../api/types'
import { type Action, actions, type Outcome, outcomes } from '../lib/status'

export const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const
export type Method = (typeof methods)[number]

/** Words for a time that moves along: since the beginning of today or yesterday, or so many hours or days ago. */
export const periods = ['1h', 'today', '24h', '7d'] as const

/**
 * Which requests are wanted, as somebody said it. Times are kept as they were said (today, 24h, 2026-11-20, an RFC 3339
 * time), so that a link with "today" means the day on which it is opened.
 */
export interface Filter {
  outcomes: Outcome[]
  methods: Method[]
  actions: Action[]
  /** One HTTP status, 0 for any. */
  status: number
  person: string
  /** Exact id of a person or group. */
  resource: string
  text: string
  from: string
  until: string
  /** Only what is not as Entra sends it. */
  unlike: boolean
}

export const nothing: Filter = { outcomes: [], methods: [], actions: [], status: 0, person: '', resource: '', text: '', from: '', until: '', unlike: false }

/** The words before the colon, in the order in which they are printed. */
export const keys = ['status', 'code', 'action', 'method', 'person', 'id', 'after', 'before', 'is'] as const
export type Key = (typeof keys)[number]

/** A term that can't be used: value is what stands after the colon. */
export interface Problem {
  key: Key
  value: string
}

/** A word of the text as it stands there, with its place. */
export interface Term {
  from: number
  to: number
  /** The word before the colon if it is one of ours. */
  key: Key | null
  /** Without quotes. */
  value: string
}

/** Takes the text apart at white space; quotes keep words together, and a term that begins with one is plain text. */
export function terms(text: string): Term[] {
  const found: Term[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++
      continue
    }
    const from = at
    let value = ''
    let quoted = false
    let key: Key | null = null
    for (; at < text.length && (quoted || !/\s/.test(text.charAt(at))); at++) {
      const c = text.charAt(at)
      if (c === '"') quoted = !quoted
      else if (c === '\\' && quoted && at + 1 < text.length) value += text.charAt(++at)
      else if (c === ':' && !quoted && key === null && text.charAt(from) !== '"') {
        const name = keys.find((k) => k === value.toLowerCase())
        if (name) {
          key = name
          value = ''
        } else value += c
      } else value += c
    }
    found.push({ from, to: at, key, value })
  }
  return found
}

/** Reads the little language. A key without a value yet says nothing; what can't be used is told and left out. */
export function parse(text: string): { filter: Filter; problems: Problem[] } {
  const filter: Filter = { ...nothing, outcomes: [], methods: [], actions: [] }
  const problems: Problem[] = []
  const words: string[] = []
  for (const { key, value } of terms(text)) {
    if (key === null) words.push(...value.split(/\s+/).filter(Boolean))
    else if (value.trim() !== '' && !take(filter, key, value.trim())) problems.push({ key, value })
  }
  filter.text = words.join(' ')
  return { filter, problems }
}

function take(filter: Filter, key: Key, value: string): boolean {
  switch (key) {
    case 'status':
      return several(value, outcomes, filter.outcomes)
    case 'action':
      return several(value, actions, filter.actions)
    case 'method':
      return several(value, methods, filter.methods)
    case 'code':
      if (!/^[1-5]\d\d$/.test(value)) return false
      filter.status = Number(value)
      return true
    case 'person':
      filter.person = value
      return true
    case 'id':
      filter.resource = value
      return true
    case 'after':
    case 'before':
      if (moment(value, new Date()) === null) return false
      filter[key === 'after' ? 'from' : 'until'] = value
      return true
    case 'is':
      if (value.toLowerCase() !== 'unlike') return false
      filter.unlike = true
      return true
  }
}

/** Adds the names that value lists, separated by commas; false if one of them is not known. */
function several<T extends string>(value: string, known: readonly T[], into: T[]): boolean {
  const meant = value.split(',').filter(Boolean).map((one) => known.find((k) => k.toLowerCase() === one.toLowerCase()))
  const good = meant.filter((one) => one !== undefined)
  for (const one of good) if (!into.includes(one)) into.push(one)
  return good.length === meant.length
}

/** Writes a filter in the little language; parse reads it again. */
export function print(filter: Filter): string {
  const pairs: [Key, string][] = [
    ['status', filter.outcomes.join(',')],
    ['code', filter.status ? String(filter.status) : ''],
    ['action', filter.actions.join(',')],
    ['method', filter.methods.map((m) => m.toLowerCase()).join(',')],
    ['person', filter.person],
    ['id', filter.resource],
    ['after', filter.from],
    ['before', filter.until],
    ['is', filter.unlike ? 'unlike' : ''],
  ]
  const said = pairs.filter(([, value]) => value !== '').map(([key, value]) => `${key}:${/[\s"\\]/.test(value) ? quote(value) : value}`)
  const words = filter.text.split(/\s+/).filter(Boolean).map((word) => (terms(word)[0]?.key != null || /["\\]/.test(word) ? quote(word) : word))
  return [...said, ...words].join(' ')
}

const quote = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`

export const isNothing = (filter: Filter): boolean => print(filter) === ''

/** What stands in a place's query; fromQuery reads it again. */
export function toQuery(filter: Filter): Record<string, string> {
  const all = {
    text: print({ ...nothing, text: filter.text }), person: filter.person, resource: filter.resource, status: filter.status ? String(filter.status) : '', from: filter.from,
    until: filter.until, outcomes: filter.outcomes.join(','), actions: filter.actions.join(','), methods: filter.methods.join(','),
    is: filter.unlike ? 'unlike' : '',
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

/** Reads a place's query, whose text may be in the little language; what is not understood there does not count. */
export function fromQuery(query: Readonly<Record<string, string>>): Filter {
  const { filter } = parse(query.text ?? '')
  several(query.outcomes ?? '', outcomes, filter.outcomes)
  several(query.actions ?? '', actions, filter.actions)
  several(query.methods ?? '', methods, filter.methods)
  take(filter, 'code', query.status ?? '')
  if (query.from) take(filter, 'after', query.from)
  if (query.until) take(filter, 'before', query.until)
  take(filter, 'is', query.is ?? '')
  filter.person = query.person?.trim() || filter.person
  filter.resource = query.resource?.trim() || filter.resource
  return filter
}

/** The question for the backend, with times that were said by words reckoned from now. */
export function resolve(filter: Filter, now: Date): ActivityFilter {
  const time = (said: string) => (said === '' ? '' : (moment(said, now)?.toISOString() ?? ''))
  return { ...filter, from: time(filter.from), until: time(filter.until) }
}

/** When a said time is, null if that can't be told. Days and times without a zone are the computer's own. */
export function moment(said: string, now: Date): Date | null {
  const word = said.toLowerCase()
  if (word === 'now') return now
  if (word === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate())
  if (word === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
  const back = /^(\d{1,4})([mhd])$/.exec(word)
  if (back) return new Date(now.getTime() - Number(back[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[back[2] as 'm' | 'h' | 'd'])
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(said)
  if (!day && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/i.test(said)) return null
  const at = new Date(day ? `${said}T00:00` : said)
  if (Number.isNaN(at.getTime()) || (day && at.getDate() !== Number(day[3]))) return null
  return at
}
