import { describe, expect, it } from 'vitest'
import type { QuotaInfo } from '../api/types'
import { causeOf, deedOf, forecast, gapSize, lasted, levelOf, stateOf, tunnelTones, wayOf } from './tunnel'

describe('the tunnel', () => {
  it('shows only up as good, and what it does not know as unknown', () => {
    expect(stateOf({ state: 'mended' })).toBe('unknown')
    expect(Object.entries(tunnelTones).filter(([, tone]) => tone === 'good')).toEqual([['up', 'good']])
    expect(wayOf('carrier pigeon')).toBe('none')
    expect(causeOf({ cause: 'lightning' })).toBe('other')
    expect(levelOf({ level: '?' })).toBe('ok')
  })

  it.each([
    ['off', '', 'start'],
    ['off', 'TUNNEL_NO_TOKEN', 'token'],
    ['starting', '', 'wait'],
    ['up', '', 'reconnect'],
    ['reconnecting', 'TUNNEL_NO_NET', 'reconnect'],
    ['reconnecting', 'TUNNEL_DOMAIN_TAKEN', 'reconnect'],
    ['blocked', 'TUNNEL_AUTH', 'token'],
    ['blocked', 'BAD_AUTHTOKEN', 'token'],
    ['blocked', 'TUNNEL_NO_TOKEN', 'token'],
    ['blocked', 'TUNNEL_DOMAIN_FOREIGN', 'domain'],
    ['blocked', 'TUNNEL_DOMAIN_TAKEN', 'retry'],
    ['blocked', 'TUNNEL_PROXY', 'proxy'],
    ['blocked', 'TUNNEL_QUOTA', 'account'],
    ['blocked', 'TUNNEL_OTHER', 'retry'],
    ['mended', '', 'start'],
  ])('that is %s by %s has one thing to do: %s', (state, code, deed) => {
    expect(deedOf({ state, code })).toBe(deed)
  })
})

describe('a gap', () => {
  it.each([
    [2399, 0, 'unseen'],
    [3600, 1, 'few'],
    [21_599, 8, 'few'],
    [21_600, 9, 'long'],
    [28 * 86_400 - 1, 1007, 'long'],
    [28 * 86_400, 1008, 'given'],
  ])('of %i seconds and %i visits is %s', (seconds, visits, size) => {
    expect(gapSize({ seconds, visits })).toBe(size)
  })

  it('is told in the two largest units that matter', () => {
    expect([3, 59.6, 720, 19_200, 86_400, 187_200].map((s) => lasted(s, 'en'))).toEqual(['3 sec', '1 min', '12 min', '5 hr 20 min', '1 day', '2 days 4 hr'])
  })
})

describe('the forecast', () => {
  const quota = (part: Partial<QuotaInfo>): QuotaInfo => ({
    plan: 'free', month: '2026-11', requests: 0, requestLimit: 20_000, bytes: 0, byteLimit: 0, percent: 0, level: 'ok', people: 10, cycleRequests: 100, monthEnd: 0, ...part,
  })

  it.each([
    [{}, 'fits', 'none'],
    [{ requests: 19_950 }, 'exceeds', 'none'],
    [{ cycleRequests: 20_001 }, 'never', 'none'],
    [{ monthEnd: 20_000 }, 'fits', 'fits'],
    [{ monthEnd: 20_001 }, 'fits', 'exceeds'],
    [{ requestLimit: 0, monthEnd: 99_999 }, 'none', 'none'],
    [{ cycleRequests: 0 }, 'none', 'none'],
    [{ people: 0 }, 'none', 'none'],
  ])('of %o says %s of a full cycle and %s of the month', (part, cycle, month) => {
    expect(forecast(quota(part))).toEqual({ cycle, month })
  })
})
