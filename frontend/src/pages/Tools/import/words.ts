import type { TFunction } from 'i18next'
import type { Tone } from '../../../components/Status'
import { type Word, wordOf } from '../words'

const tones = { create: 'good', update: 'good', same: 'off', skip: 'off', invalid: 'warning', double: 'warning', conflict: 'bad' } as const satisfies Record<string, Tone>

/** What would become of a row. */
export function importWord(t: TFunction, state: string): Word {
  return wordOf(tones, state, (known) => t(`import.states.${known}`))
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
