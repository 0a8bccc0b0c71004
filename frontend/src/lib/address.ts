import type { Snapshot } from '../api/types'
import { stateOf, wayOf } from './tunnel'

/** Who can reach the address that clients are given. Entra needs https with a certificate that the world trusts. */
export type Reach = 'none' | 'thisComputer' | 'unencrypted' | 'https'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

export function reach(address: string): Reach {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return 'none'
  }
  if (loopback.test(url.hostname)) return 'thisComputer'
  return url.protocol === 'https:' ? 'https' : 'unencrypted'
}

/**
 * What is known of the address, from evidence alone. A tunnel that is up proves only that ngrok has us: proven is an address by
 * which Entra came, or a self-check, since it is as it is now.
 */
export type Proof = 'answers' | 'silent' | 'came' | 'checked' | 'failed' | 'unproven' | 'off' | 'starting' | 'reconnecting' | 'blocked' | 'unknown'

export interface Proven {
  proof: Proof
  /** When, '' if that says nothing. */
  at: string
}

export const proofTones = {
  answers: 'good', silent: 'bad', came: 'good', checked: 'good', failed: 'warning', unproven: 'waiting', off: 'off', starting: 'waiting', reconnecting: 'warning',
  blocked: 'bad', unknown: 'unknown',
} as const satisfies Record<Proof, string>

type Known = Pick<Snapshot, 'listener' | 'tunnel' | 'check' | 'lastEntra' | 'lastVia'>

export function proven({ listener, tunnel, check, lastEntra, lastVia }: Known, unsure: boolean): Proven {
  if (unsure) return { proof: 'unknown', at: '' }
  const way = wayOf(tunnel.way)
  if (way === 'none') return listener.serving ? { proof: 'answers', at: listener.since } : { proof: 'silent', at: listener.since }
  let since = listener.since
  if (way === 'ngrok') {
    const state = stateOf(tunnel)
    if (state !== 'up') return { proof: state, at: tunnel.since }
    since = tunnel.since
  } else if (!listener.serving) return { proof: 'silent', at: listener.since }
  const after = (iso: string) => iso !== '' && !(Date.parse(iso) < Date.parse(since))
  const cameBy = (lastVia === 'tunnel') === (way === 'ngrok') && after(lastEntra) ? lastEntra : ''
  if (after(check.finished) && !check.running && !(cameBy && Date.parse(cameBy) > Date.parse(check.finished))) {
    return { proof: check.ok ? 'checked' : 'failed', at: check.finished }
  }
  return cameBy ? { proof: 'came', at: cameBy } : { proof: 'unproven', at: '' }
}
