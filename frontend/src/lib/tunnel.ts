import type { Connection, Gap, QuotaInfo, TunnelInfo } from '../api/types'

export const ways = ['ngrok', 'own', 'none'] as const
/** How Entra reaches this computer: through ngrok, through an address of the admin's own, or not at all. */
export type Way = (typeof ways)[number]

/** One from a newer backend reads as none: nothing is promised of it. */
export function wayOf(way: string): Way {
  return ways.find((one) => one === way) ?? 'none'
}

export const tunnelStates = ['off', 'starting', 'up', 'reconnecting', 'blocked'] as const
export type TunnelState = (typeof tunnelStates)[number] | 'unknown'

/** One from a newer backend is unknown, and so never shown as good. */
export function stateOf({ state }: Pick<TunnelInfo, 'state'>): TunnelState {
  return tunnelStates.find((one) => one === state) ?? 'unknown'
}

export const tunnelTones = {
  off: 'off', starting: 'waiting', up: 'good', reconnecting: 'warning', blocked: 'bad', unknown: 'unknown',
} as const satisfies Record<TunnelState, string>

/** The one thing to do about a tunnel that is not up; the words are in locales under connection.tunnel.deeds. */
export type TunnelDeed = 'start' | 'reconnect' | 'token' | 'domain' | 'proxy' | 'account' | 'retry' | 'wait'

/** What helps, by the code of what keeps it down. What is not named here is tried again. */
export function deedOf(tunnel: Pick<TunnelInfo, 'state' | 'code'>): TunnelDeed {
  const state = stateOf(tunnel)
  if (tunnel.code === 'TUNNEL_NO_TOKEN') return 'token'
  if (state === 'off' || state === 'unknown') return 'start'
  if (state === 'starting') return 'wait'
  if (state !== 'blocked') return 'reconnect'
  const { code } = tunnel
  if (code === 'TUNNEL_AUTH' || code === 'BAD_AUTHTOKEN') return 'token'
  if (code.startsWith('TUNNEL_DOMAIN_') && code !== 'TUNNEL_DOMAIN_TAKEN') return 'domain'
  if (code === 'TUNNEL_PROXY') return 'proxy'
  if (['TUNNEL_ACCOUNT', 'TUNNEL_TOO_MANY', 'TUNNEL_QUOTA', 'TUNNEL_PROXY_PLAN'].includes(code)) return 'account'
  return 'retry'
}

/** How far an unreachable time goes: Entra did not notice; its next visit heals it; it may be in quarantine; it may have given up. */
export type GapSize = 'unseen' | 'few' | 'long' | 'given'

const hour = 3600
/** Entra tries what failed again after 6, 12 and 24 hours, then daily, and switches the job off after 28 days. */
export const longGap = 6 * hour
export const givenGap = 28 * 24 * hour

export function gapSize({ seconds, visits }: Pick<Gap, 'seconds' | 'visits'>): GapSize {
  if (visits < 1) return 'unseen'
  if (seconds >= givenGap) return 'given'
  return seconds >= longGap ? 'long' : 'few'
}

const causes = ['sleep', 'stopped', 'offline', 'tunnel', 'blocked', 'listener', 'ended'] as const
export type Cause = (typeof causes)[number] | 'other'

export function causeOf({ cause }: Pick<Gap, 'cause'>): Cause {
  return causes.find((one) => one === cause) ?? 'other'
}

/** Seconds as the two largest units that matter: 3 s, 12 min, 5 h 20 min, 2 d 4 h. The words come from the language. */
export function lasted(seconds: number, language: string): string {
  const part = (value: number, unit: string) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return part(whole, 'second')
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return part(minutes, 'minute')
  const [large, small, unit, below] = minutes < 24 * 60 ? [Math.floor(minutes / 60), minutes % 60, 'hour', 'minute'] : [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), 'day', 'hour']
  return small === 0 ? part(large, unit) : `${part(large, unit)} ${part(small, below)}`
}

const levels = ['ok', 'high', 'critical', 'over'] as const
export type Level = (typeof levels)[number]

export function levelOf({ level }: Pick<QuotaInfo, 'level'>): Level {
  return levels.find((one) => one === level) ?? 'ok'
}

/** What can be said of the month: whether a full cycle still fits, and where it ends. A plan without a limit says nothing of it. */
export function forecast(quota: QuotaInfo): { cycle: 'none' | 'fits' | 'exceeds' | 'never'; month: 'none' | 'fits' | 'exceeds' } {
  const left = quota.requestLimit - quota.requests
  const cycle = quota.requestLimit === 0 || quota.cycleRequests === 0 || quota.people === 0 ? 'none' : quota.cycleRequests > quota.requestLimit ? 'never' : quota.cycleRequests > left ? 'exceeds' : 'fits'
  const month = quota.requestLimit === 0 || quota.monthEnd === 0 ? 'none' : quota.monthEnd > quota.requestLimit ? 'exceeds' : 'fits'
  return { cycle, month }
}

/** Whether the public address is another than the one that Entra was given. */
export function hasMoved({ changed }: Pick<Connection, 'changed'>): boolean {
  return changed.old !== '' && changed.new !== ''
}
