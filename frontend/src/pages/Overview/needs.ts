import type { Overview, Snapshot } from '../../api/types'
import { evidence } from '../../lib/evidence'
import type { PageName, Route } from '../../state/route'

/** One thing that somebody should look at. The texts are in locales under overview.attention. */
export interface Need {
  kind: 'noToken' | 'refusedNow' | 'quiet' | 'notReceiving' | 'failures' | 'refused'
  count: number
  severe: boolean
  to: Partial<Route> & { page: PageName }
}

/** All that needs attention, worst first. What is not known is not counted. */
export function needs(snapshot: Snapshot, unsure: boolean, { failures, refused }: Pick<Overview, 'failures' | 'refused'>, now: number): Need[] {
  const list: Need[] = []
  const { state } = evidence(snapshot, unsure, now)
  if (state === 'notReceiving') list.push({ kind: 'notReceiving', count: 1, severe: true, to: { page: 'settings' } })
  if (state === 'noToken') list.push({ kind: 'noToken', count: 1, severe: true, to: { page: 'connection' } })
  if (state === 'refused') list.push({ kind: 'refusedNow', count: 1, severe: true, to: { page: 'connection' } })
  if (state === 'late' || state === 'silent') list.push({ kind: 'quiet', count: 1, severe: state === 'silent', to: { page: 'connection' } })
  if (failures > 0) list.push({ kind: 'failures', count: failures, severe: false, to: { page: 'activity', query: { outcomes: 'failure,error', from: '24h' } } })
  if (refused > 0) list.push({ kind: 'refused', count: refused, severe: false, to: { page: 'activity', query: { status: '401', from: '24h' } } })
  return list
}
