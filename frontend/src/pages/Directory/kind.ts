import type { Reference } from '../../api/types'
import type { Tone } from '../../components/Status'
import type { PageName } from '../../state/route'

/** The two pages of the directory; their own texts stand in locales under these names. */
export type Kind = 'people' | 'groups'

const states = ['active', 'disabled', 'deleted', 'unknown', 'gone'] as const
export type RowState = (typeof states)[number]

/** A state as the backend names it; one of a newer backend reads as unknown. */
export const stateOf = (state: string): RowState => states.find((s) => s === state) ?? 'unknown'

export const stateTones: Record<RowState, Tone> = { active: 'good', disabled: 'off', deleted: 'gone', unknown: 'unknown', gone: 'gone' }

/** What a list can be narrowed to, as ListQuery names it. */
export const filters = ['', 'active', 'disabled', 'deleted', 'all'] as const
export type Filter = (typeof filters)[number]

export function filterKey(filter: string) {
  if (filter === 'all') return 'directory.state.all'
  return filter === 'active' || filter === 'disabled' || filter === 'deleted' ? (`directory.states.${filter}` as const) : 'directory.state.present'
}

/** Where a person or group is shown. */
export const pageOf = (type: Reference['type']): PageName & Kind => (type === 'Group' ? 'groups' : 'people')
