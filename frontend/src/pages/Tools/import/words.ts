import type { TFunction } from 'i18next'
import type { ImportRow } from '../../../api/types'
import type { Tone } from '../../../components/Status'
import { type Word, wordOf } from '../words'

const tones = { create: 'good', update: 'good', same: 'off', skip: 'off', invalid: 'warning', double: 'warning', conflict: 'bad', remark: 'warning' } as const satisfies Record<string, Tone>

/** What would become of a row. */
export function importWord(t: TFunction, state: string): Word {
  return wordOf(tones, state, (known) => t(`import.states.${known}`))
}

const reasons = [
  'SAME_KEY', 'SAME_PERSON', 'SAME_GROUP', 'TWO_OF_A_NAME', 'DELETED', 'HERE', 'KEYS_DIFFER', 'KEY_SHARED', 'KEY_OF_OTHER', 'NAME_SHARED', 'KEEPS_ID',
  'ENTRAS_PERSON', 'ENTRAS_GROUP', 'ENTRAS_GROUP_STAYS', 'NO_MANAGER', 'NO_MEMBER', 'NO_MEMBERS', 'NO_KEY', 'NO_NAME', 'TOO_LONG', 'CONTROL',
  'GROUP_TOO_LONG', 'GROUP_CONTROL', 'VALUE_TOO_LONG', 'TOO_BIG', 'NOT_YES_NO', 'BAD_ROLE', 'UNREADABLE',
] as const

/** Why a row becomes that, or what of it is left out, a sentence each; of a newer backend its own. */
export function reasonTexts(t: TFunction, row: Pick<ImportRow, 'reasons' | 'reason'>): string[] {
  const all = row.reasons.map(({ code, what: [what = '', what2 = ''], said: [a = '', b = '', c = '', d = ''] }) => {
    const known = reasons.find((r) => r === code)
    return known ? t(`import.reasons.${known}`, { what: attributeText(t, what), what2: attributeText(t, what2), a, b, c, d }) : ''
  })
  return all.includes('') ? [row.reason] : all
}

const warnings = ['SHORT_ROWS', 'LONG_ROWS', 'STRAY_QUOTES', 'EXCEL_NUMBERS', 'FORMULA_GUARDS', 'BAD_BYTES', 'ENCODING_GUESSED'] as const

/** What may be wrong with a file, as a sentence; place is where, as the backend names it: the code, the column and the lines. */
export function warningText(t: TFunction, place: string): string {
  const [code = ''] = place.split(/[ :]/, 1)
  const where = place.slice(code.length).replace(/^[ :]+/, '')
  const known = warnings.find((w) => w === code)
  const text = known ? t(`import.warnings.${known}`) : code
  return where === '' ? text : t('import.warningAt', { text, where })
}

const attributes = [
  'userName', 'localId', 'id', 'externalId', 'email', 'homeEmail', 'otherEmail', 'displayName', 'givenName', 'familyName', 'middleName', 'title', 'department', 'division', 'organization',
  'costCenter', 'employeeNumber', 'manager', 'active', 'disabled', 'deleted', 'phone', 'mobile', 'fax', 'office', 'street', 'city', 'region', 'postalCode', 'country', 'preferredLanguage',
  'groups', 'role', 'note', 'protected', 'members', 'member', 'memberId', 'memberName',
] as const

/** What a column is taken for; the rarer ones go by SCIM's own name. */
export function attributeText(t: TFunction, name: string): string {
  if (name === '') return t('import.columns.none')
  const known = attributes.find((a) => a === name)
  return known ? t(`import.attributes.${known}`) : name
}
