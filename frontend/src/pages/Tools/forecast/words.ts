import type { TFunction } from 'i18next'
import type { ForecastRow } from '../../../api/types'
import type { Tone } from '../../../components/Status'
import { type Word, wordOf } from '../words'

const tones = {
  adopt: 'good', same: 'good', create: 'neutral', conflict: 'bad', refused: 'bad', invalid: 'warning', out: 'off', orphan: 'unknown',
} as const satisfies Record<string, Tone>

/** What the first cycle does with a row. */
export function forecastWord(t: TFunction, state: string): Word {
  return wordOf(tones, state, (known) => t(`forecast.states.${known}`))
}

/** As forecastWord, but a creation of somebody who seems to be here, or may be, is a warning. */
export function rowWord(t: TFunction, row: Pick<ForecastRow, 'state' | 'reason'>): Word {
  if (row.reason === 'SEEMS_HERE') return { word: t('forecast.states.twice'), tone: 'warning' }
  return row.reason === 'MAY_BE_HERE' ? { word: t('forecast.states.maybe'), tone: 'warning' } : forecastWord(t, row.state)
}

const reasons = [
  'NOT_IN_SCOPE', 'DISABLED_IN_ENTRA', 'SEVERAL_MATCH', 'USER_ID_TAKEN', 'TAKEN_IN_CYCLE', 'CLAIMED', 'NO_USER_NAME', 'NOT_IN_FILE', 'DEPENDS_ON_ORDER', 'SEEMS_HERE', 'MAY_BE_HERE',
  'NOT_IN_ENTRA', 'IN_ENTRA_OUT_OF_SCOPE',
] as const

const groupReasons = [
  'SEVERAL_MATCH', 'USER_ID_TAKEN', 'TAKEN_IN_CYCLE', 'CLAIMED', 'DEPENDS_ON_ORDER', 'NO_GROUP_NAME', 'NO_OBJECT_ID', 'NOT_SECURITY_ENABLED', 'TARGET_HAS_NO_GROUPS', 'SEEMS_HERE', 'MAY_BE_HERE', 'NOT_IN_ENTRA', 'IN_ENTRA_OUT_OF_SCOPE',
] as const

/** Why a row is as it is; a refusal has the server's own words. */
export function reasonOf(t: TFunction, row: Pick<ForecastRow, 'kind' | 'reason' | 'detail' | 'with'>): string {
  if (row.kind === 'group') {
    const known = groupReasons.find((r) => r === row.reason)
    return known ? t(`forecast.groupReasons.${known}`, { with: row.with }) : row.detail || row.reason
  }
  const known = reasons.find((r) => r === row.reason)
  return known ? t(`forecast.reasons.${known}`, { with: row.with }) : row.detail || row.reason
}
