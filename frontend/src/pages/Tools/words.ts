import type { TFunction } from 'i18next'
import type { LookupRow, UserIDRow } from '../../api/types'
import type { Tone } from '../../components/Status'

export interface Word {
  word: string
  tone: Tone
}

/** The word and the tone of a state; one of a newer backend is shown under its own name. */
export function wordOf<State extends string>(tones: Readonly<Record<State, Tone>>, state: string, nameOf: (known: State) => string): Word {
  const isKnown = (one: string): one is State => Object.hasOwn(tones, one)
  return isKnown(state) ? { word: nameOf(state), tone: tones[state] } : { word: state, tone: 'unknown' }
}

const planTones = {
  change: 'good', case: 'neutral', same: 'off', collision: 'bad', owned: 'off', 'no-source': 'warning', invalid: 'warning', missing: 'unknown', skipped: 'off',
} as const satisfies Record<string, Tone>

/** A state of a row of a plan of user IDs. */
export function planWord(t: TFunction, state: string): Word {
  return wordOf(planTones, state, (known) => t(`convert.states.${known}`))
}

const rowTones = { done: 'good', failed: 'bad', undone: 'off', refused: 'warning' } as const satisfies Record<string, Tone>

/** What became of a row of a job. */
export function rowWord(t: TFunction, state: string): Word {
  if (state === '') return { word: t('journal.rows.waiting'), tone: 'waiting' }
  return wordOf(rowTones, state, (known) => t(`journal.rows.${known}`))
}

const lookupTones = {
  found: 'good', case: 'good', former: 'neutral', several: 'warning', none: 'bad', invalid: 'warning', twice: 'neutral', empty: 'off',
} as const satisfies Record<string, Tone>

/** What was found of a line of a list. */
export function lookupWord(t: TFunction, state: string): Word {
  return wordOf(lookupTones, state, (known) => t(`lookup.states.${known}`))
}

/** As lookupWord, but a user ID that was somebody else's before is a warning: an old list means them. */
export function lookupRowWord(t: TFunction, row: Pick<LookupRow, 'state' | 'matches'>): Word {
  const reused = (row.state === 'found' || row.state === 'case') && row.matches.some((match) => match.until !== '')
  return reused ? { word: t('lookup.reusedState'), tone: 'warning' } : lookupWord(t, row.state)
}

const codes = ['TAKEN', 'CHANGED_SINCE', 'GONE', 'REFUSED'] as const

/** Why a row was not done or not taken back, in the page's language; the backend's own sentence stands beside it. */
export function codeText(t: TFunction, code: string): string {
  const known = codes.find((c) => c === code)
  return known ? t(`journal.codes.${known}`) : ''
}

const rules = ['email', 'other-email', 'mailbox', 'domain', 'template', 'employee-number', 'external-id', 'local-id', 'file', 'former'] as const

/** What a job did, in a few words: to what user IDs were converted, or what was imported. */
export function ruleText(t: TFunction, rule: string): string {
  const known = rules.find((r) => r === rule)
  if (known) return t(`convert.to.${known}`)
  return rule === 'people' || rule === 'groups' ? t(`shell.pages.${rule}`) : rule
}

const reasons = [
  'no-value', 'which-email', 'no-at', 'other-domain', 'empty', 'space', 'control', 'too-long', 'long-mailbox', 'no-email', 'letter-case', 'form', 'kept', 'doubled', 'not-here', 'again',
] as const
const ownNames = ['former', 'localId', 'mailbox', 'domain', 'email', 'givenName', 'familyName', 'userName'] as const
const commonNames = ['externalId', 'employeeNumber', 'displayName', 'department'] as const

/** Why a row of a plan is as it is; of a newer backend its own sentence. */
export function reasonText(t: TFunction, row: Pick<UserIDRow, 'code' | 'what' | 'with' | 'withFrom' | 'chain' | 'state' | 'reason'>): string {
  const other = row.with !== '' && row.with !== row.withFrom ? `${row.with} (${row.withFrom})` : row.withFrom
  const known = reasons.find((r) => r === row.code)
  if (known) return t(`convert.codes.${known}`, { what: nameOf(t, row.what), with: other })
  if (row.code !== '') return row.reason
  if (row.state === 'owned') return t('convert.codes.owned')
  return row.chain ? t('convert.codes.chain', { with: other }) : row.reason
}

function nameOf(t: TFunction, what: string): string {
  const own = ownNames.find((name) => name === what)
  if (own) return t(`convert.attributes.${own}`)
  const common = commonNames.find((name) => name === what)
  return common ? t(`common.attributes.${common}`) : what
}
