import { actions, outcomes } from '../lib/status'
import { type Key, keys, methods, periods, terms } from './activity-filter'

/** What could stand where somebody types. */
export interface Suggestions {
  /** The part of the text that a choice replaces. */
  from: number
  to: number
  options: Suggestion[]
  /** What is typed of a name, '' if none: whoever knows names may add them. */
  person: string
}

export interface Suggestion {
  text: string
  key: Key
  value: string
}

const codes = ['200', '201', '204', '400', '401', '404', '409', '412', '429', '500', '503']

const values: Record<Key, readonly string[]> = {
  status: outcomes,
  code: codes,
  action: actions,
  method: methods.map((m) => m.toLowerCase()),
  person: [],
  id: [],
  after: periods,
  before: ['today', 'yesterday'],
  is: ['unlike'],
}

/** Says what fits the term at the caret: its key, the values of its key, or what begins like a bare word. */
export function suggest(text: string, caret: number): Suggestions {
  const term = terms(text).find((one) => one.from <= caret && caret <= one.to) ?? { from: caret, to: caret, key: null, value: '' }
  const place = { from: term.from, to: term.to, person: term.key === 'person' ? term.value : '' }
  if (term.key === null) return { ...place, options: text.charAt(term.from) === '"' ? [] : bare(term.value.toLowerCase()) }
  const key = term.key
  const said = term.value.split(',')
  const begun = said.pop()?.toLowerCase() ?? ''
  const several = key === 'status' || key === 'action' || key === 'method'
  const kept = several ? said : []
  const fitting = values[key].filter((v) => v.toLowerCase().startsWith(begun) && v.toLowerCase() !== begun && !kept.includes(v))
  return { ...place, options: fitting.map((value) => ({ key, value, text: `${key}:${[...kept, value].join(',')}` })) }
}

function bare(begun: string): Suggestion[] {
  const named = keys.filter((k) => k.startsWith(begun)).map((key) => ({ key, value: '', text: `${key}:` }))
  if (begun.length < 2) return named
  const known = (['status', 'action', 'method', 'after', 'is'] as const).flatMap((key) =>
    values[key].filter((v) => v.toLowerCase().startsWith(begun)).map((value) => ({ key, value, text: `${key}:${value}` })),
  )
  return [...named, ...known]
}

/** A name as a term of the little language. */
export const personTerm = (name: string): string => `person:${/[\s"\\]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name}`
