import type { Overview, Snapshot } from '../../api/types'
import { evidence } from '../../lib/evidence'
import { standsStill } from '../../lib/jobs'
import { wayOf } from '../../lib/tunnel'
import type { PageName, Route } from '../../state/route'

/** One thing that somebody should look at. The texts are in locales under overview.attention. */
export interface Need {
  kind: 'noToken' | 'unreachable' | 'moved' | 'job' | 'handover' | 'check' | 'rotation' | 'newToken' | 'refusedNow' | 'quiet' | 'notReceiving' | 'failures' | 'refused'
  count: number
  severe: boolean
  to: Partial<Route> & { page: PageName }
  /** Why, where there is more to say than the texts do, and since when. */
  fault?: { code: string; message: string }
  at?: string
}

/** After so long somebody has forgotten a rotation. */
const week = 7 * 24 * 60 * 60_000

/** All that needs attention, worst first. What is not known is not counted. */
export function needs(snapshot: Snapshot, unsure: boolean, overview: Pick<Overview, 'failures' | 'refused' | 'hours'>, now: number): Need[] {
  const list: Need[] = []
  const { failures, refused } = overview
  const { state } = evidence(snapshot, unsure, now)
  const part = wayOf(snapshot.tunnel.way) === 'own' ? 'check' : 'tunnel'
  if (state === 'notReceiving') list.push({ kind: 'notReceiving', count: 1, severe: true, to: { page: 'settings' } })
  if (state === 'unreachable') list.push({ kind: 'unreachable', count: 1, severe: true, to: { page: 'connection', id: part } })
  if (state === 'reconnecting') list.push({ kind: 'unreachable', count: 1, severe: false, to: { page: 'connection', id: part } })
  if (state === 'moved') list.push({ kind: 'moved', count: 1, severe: true, to: { page: 'connection' } })
  if (state === 'noToken') list.push({ kind: 'noToken', count: 1, severe: true, to: { page: 'connection' } })
  if (state === 'newToken') list.push({ kind: 'newToken', count: 1, severe: false, to: { page: 'connection' } })
  if (state === 'refused') list.push({ kind: 'refusedNow', count: 1, severe: true, to: { page: 'connection' } })
  if (state === 'late' || state === 'silent') list.push({ kind: 'quiet', count: 1, severe: state === 'silent', to: { page: 'connection' } })
  const { check, token, oldToken, job, handover } = snapshot
  if (!unsure && standsStill(job)) list.push({ kind: 'job', count: 1, severe: false, to: { page: 'tools', id: 'journal', tab: String(job.seq) }, fault: { code: job.code, message: job.fault } })
  if (!unsure && handover.at) list.push({ kind: 'handover', count: 1, severe: false, to: { page: 'tools', id: 'handover' }, fault: { code: handover.code, message: handover.fault }, at: handover.at })
  if (!unsure && !check.running && check.finished && !check.ok && state !== 'unreachable') list.push({ kind: 'check', count: 1, severe: false, to: { page: 'connection', id: 'check' } })
  if (!unsure && oldToken.exists && now - Date.parse(token.created) > week) list.push({ kind: 'rotation', count: 1, severe: false, to: { page: 'connection', id: 'token' } })
  // Refused ones are failures too: where there are no others, they are told by their own name alone.
  if (failures > refused) list.push({ kind: 'failures', count: failures, severe: false, to: counted(overview, { outcomes: 'failure,error' }) })
  if (refused > 0) list.push({ kind: 'refused', count: refused, severe: false, to: counted(overview, { status: '401' }) })
  return list
}

/** Where those requests are listed that were counted: since the beginning of the first hour. */
export function counted({ hours }: Pick<Overview, 'hours'>, query: Record<string, string>): Need['to'] {
  return { page: 'activity', query: { ...query, from: hours[0]?.at ?? '24h' } }
}
