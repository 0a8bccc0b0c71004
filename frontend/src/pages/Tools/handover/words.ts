import type { TFunction } from 'i18next'
import type { HandoverInfo } from '../../../api/types'
import { type Word, wordOf } from '../words'
import type { Tone } from '../../../components/Status'

const actionTones = { join: 'good', change: 'neutral', disable: 'off', enable: 'good', leave: 'gone' } as const satisfies Record<string, Tone>

/** What the old system is to do with a person. */
export function actionWord(t: TFunction, action: string): Word {
  return wordOf(actionTones, action, (known) => t(`handover.actions.${known}`))
}

/** What a hand-over holds, in a line; what is not in it is not named. */
export function sumText(t: TFunction, number: (n: number) => string, info: HandoverInfo): string {
  return (['joiners', 'changes', 'leavers', 'in', 'out'] as const)
    .filter((key) => info[key] > 0)
    .map((key) => t(`handover.sums.${key}`, { count: info[key], formatted: number(info[key]) }))
    .join(', ')
}

const attributes = [
  'action', 'localId', 'formerLocalId', 'id', 'userName', 'formerUserName', 'externalId', 'active', 'displayName', 'givenName', 'familyName', 'email', 'title', 'department',
  'employeeNumber', 'organization', 'division', 'costCenter', 'phone', 'mobile', 'fax', 'office', 'street', 'city', 'region', 'postalCode', 'country', 'preferredLanguage',
  'userType', 'managerLocalId', 'managerUserName', 'role', 'group', 'groupId', 'groupExternalId',
] as const

/** What a column can hold; an attribute of a newer backend goes by its own name. */
export function attributeText(t: TFunction, attribute: string): string {
  const known = attributes.find((a) => a === attribute)
  return known ? t(`handover.attributes.${known}`) : attribute
}
