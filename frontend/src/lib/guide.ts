import type { Guide, GuideStep } from '../api/types'
import type { TargetStep } from '../state/target'
import type { Tone } from '../components/Status'

/** The steps of the set-up guide, in their order, as the backend names them; each is at #/setup/NAME. */
export const guideSteps = ['plan', 'night', 'tunnel', 'token', 'target', 'people', 'values', 'test', 'on-demand', 'forecast', 'start', 'group', 'cycle', 'watch'] as const
export type GuideStepName = (typeof guideSteps)[number]

/** Steps that wait for Entra, so that quiet tells something too. */
export const waiting: readonly GuideStepName[] = ['values', 'test', 'on-demand', 'start', 'group', 'cycle']

export const guideStepOf = (name: string): GuideStepName | null => guideSteps.find((one) => one === name) ?? null

/** What a step may have to say besides its state. */
export const guideDetails = [
  'PAST', 'NO_ROLE', 'NO_WAY', 'UNCHECKED', 'TUNNEL_DOWN', 'ADDRESS_MOVED', 'NO_TOKEN', 'REFUSED_TOKEN', 'WRONG_PATH', 'CHECK_FAILED', 'CHECK_OK', 'NO_REQUEST', 'LOCAL_ONLY', 'FAILED',
  'ONE_PERSON', 'QUIET', 'NO_GROUPS_FREE', 'NO_GROUPS_CYCLE', 'NOBODY_HERE', 'JOB',
] as const
export type GuideDetail = (typeof guideDetails)[number]

/** The sentence for a code; null for none and for one of a newer backend. */
export const detailOf = (code: string): GuideDetail | null => guideDetails.find((one) => one === code) ?? null

/** Where in the guide that is mended which a step is in trouble for. */
export const mendedIn: Partial<Record<GuideDetail, GuideStepName>> = {
  NO_WAY: 'tunnel', UNCHECKED: 'tunnel', TUNNEL_DOWN: 'tunnel', CHECK_FAILED: 'tunnel', CHECK_OK: 'values', NO_REQUEST: 'values', WRONG_PATH: 'values', ADDRESS_MOVED: 'values', NO_TOKEN: 'token',
  REFUSED_TOKEN: 'token',
}

export type GuideState = 'done' | 'open' | 'skipped' | 'trouble' | 'unknown'

const states: readonly GuideState[] = ['done', 'open', 'skipped', 'trouble']

/** How a step stands; what may be out of date is unknown. */
export const stateOf = ({ state }: Pick<GuideStep, 'state'>, unsure: boolean): GuideState => (unsure ? 'unknown' : (states.find((one) => one === state) ?? 'unknown'))

export const stateTones = { done: 'good', open: 'neutral', skipped: 'off', trouble: 'warning', unknown: 'unknown' } as const satisfies Record<GuideState, Tone>

/** The step before or after another, null at either end. */
export const beside = (step: GuideStepName, by: 1 | -1): GuideStepName | null => guideSteps[guideSteps.indexOf(step) + by] ?? null

/** How many steps need nothing more. */
export const finished = ({ steps }: Pick<Guide, 'steps'>): number => steps.filter(({ state }) => state === 'done' || state === 'skipped').length

/** Where in the guide each step of a target's own tutorial has its place. */
export const tutorialPlaces = {
  plan: 'plan',
  administrator: 'target',
  convert: 'people',
  'one-token': 'token',
  'target-token': 'token',
  sso: 'target',
  app: 'values',
  'app-gallery': 'values',
  provisioning: 'values',
  credentials: 'values',
  test: 'test',
  mail: 'start',
  save: 'values',
  'map-users': 'on-demand',
  'external-id': 'on-demand',
  department: 'on-demand',
  phones: 'on-demand',
  'remove-others': 'on-demand',
  'map-groups': 'on-demand',
  'match-groups': 'on-demand',
  scope: 'start',
  'scope-all': 'start',
  assign: 'on-demand',
  accidental: 'start',
  'on-demand': 'on-demand',
  start: 'start',
  rotate: 'watch',
  watch: 'watch',
} as const satisfies Record<TargetStep, GuideStepName>

/** What is done in the system itself, not here and not in Entra. */
export const inTarget: readonly TargetStep[] = ['sso']

/** Portal generations, and what is pressed in each for a step, in order; the sentences are in locales under setup.portal. */
export const portals = ['current', 'classic'] as const
export type Portal = (typeof portals)[number]
export const clouds = ['public', 'usgov'] as const
export type Cloud = (typeof clouds)[number]

export const deeds = {
  values: {
    current: ['app', 'newConfiguration', 'method', 'url', 'token', 'testConnection', 'create'],
    classic: ['app', 'automatic', 'adminCredentials', 'url', 'token', 'testConnection', 'saveClassic'],
  },
  'on-demand': {
    current: ['assignOne', 'mapping', 'onDemand', 'provision'],
    classic: ['assignOne', 'mappings', 'onDemand', 'provision'],
  },
  start: {
    current: ['assignFew', 'mailProperties', 'accidentalProperties', 'startProvisioning'],
    classic: ['assignFew', 'mailSettings', 'accidentalSettings', 'scopeSettings', 'statusOn'],
  },
  group: {
    current: ['assignGroup', 'groupMapping'],
    classic: ['assignGroup', 'groupMappings'],
  },
} as const satisfies Partial<Record<GuideStepName, Record<Portal, readonly string[]>>>

export type DeedsOf = keyof typeof deeds
export type Deed = (typeof deeds)[DeedsOf][Portal][number]
