import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../api/types'
import { proofTones, proven, reach } from './address'

describe('reach', () => {
  it.each([
    ['', 'none'],
    ['http://127.0.0.1:8088/scim/v2', 'thisComputer'],
    ['http://[::1]:8088/scim/v2', 'thisComputer'],
    ['https://localhost/scim/v2', 'thisComputer'],
    ['http://192.168.1.20:8088/scim/v2', 'unencrypted'],
    ['https://desk.contoso.example/scim/v2', 'https'],
  ])('of %j is %s', (address, expected) => expect(reach(address)).toBe(expected))
})

describe('the proof of an address', () => {
  const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, '0')}:00:00Z`
  interface Case {
    way?: string
    state?: string
    since?: number
    serving?: boolean
    finished?: number
    ok?: boolean
    came?: number
    via?: string
    unsure?: boolean
  }
  const of = ({ way = 'ngrok', state = 'up', since = 9, serving = true, finished, ok = true, came, via, unsure = false }: Case) =>
    proven(
      {
        listener: { serving, since: at(8) },
        tunnel: { way, state, since: at(since) },
        check: { running: false, finished: finished ? at(finished) : '', ok, failed: '' },
        lastEntra: came ? at(came) : '',
        lastVia: via ?? (way === 'ngrok' ? 'tunnel' : 'proxy'),
      } as Snapshot,
      unsure,
    )

  it.each<[Case, string, number | null]>([
    [{ unsure: true }, 'unknown', null],
    [{ way: 'none' }, 'answers', 8],
    [{ way: 'none', serving: false }, 'silent', 8],
    [{ state: 'off' }, 'off', 9],
    [{ state: 'starting' }, 'starting', 9],
    [{ state: 'reconnecting', finished: 10 }, 'reconnecting', 9],
    [{ state: 'blocked' }, 'blocked', 9],
    [{ state: 'mended' }, 'unknown', 9],
    [{}, 'unproven', null],
    [{ came: 10, via: 'proxy' }, 'unproven', null],
    [{ way: 'own', came: 10, via: 'tunnel' }, 'unproven', null],
    [{ serving: false }, 'unproven', null],
    [{ came: 8, finished: 8 }, 'unproven', null],
    [{ came: 10 }, 'came', 10],
    [{ finished: 10 }, 'checked', 10],
    [{ finished: 10, ok: false }, 'failed', 10],
    [{ finished: 10, ok: false, came: 11 }, 'came', 11],
    [{ finished: 11, came: 10 }, 'checked', 11],
    [{ way: 'own' }, 'unproven', null],
    [{ way: 'own', serving: false, finished: 10 }, 'silent', 8],
    [{ way: 'own', came: 9 }, 'came', 9],
  ])('for %o is %s', (given, proof, hour) => expect(of(given)).toEqual({ proof, at: hour === null ? '' : at(hour) }))

  it('is good only where something came through', () => {
    expect(Object.entries(proofTones).filter(([, tone]) => tone === 'good').map(([proof]) => proof)).toEqual(['answers', 'came', 'checked'])
  })
})
