import { describe, expect, it } from 'vitest'
import type { CheckSummary, TokenInfo, TunnelInfo } from '../api/types'
import { evidence, type Known, remedyPlace } from './evidence'

const now = Date.parse('2026-03-02T12:00:00.000Z')
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

const nobody: TokenInfo = { exists: false, id: '', lastFour: '', created: '', lastUsed: '', lastRefused: '', ended: '', expires: '' }
const tunnel = (way: string, state = '', more: Partial<TunnelInfo> = {}): TunnelInfo => ({
  way, state, since: ago(300), code: '', message: '', detail: '', ngrok: '', attempt: 0, nextTry: '', region: '', latency: 0, account: '', plan: '', reconnectsToday: 0, lastReconnect: '',
  lastOutage: 0, ...more,
})
const check = (more: Partial<CheckSummary> = {}): CheckSummary => ({ running: false, finished: '', ok: false, failed: '', ...more })

const good: Known = {
  listener: { serving: true, since: ago(600), listen: '127.0.0.1:8088', code: '', message: '' },
  database: { state: 'ok', since: ago(600), detail: '' },
  token: { ...nobody, exists: true, id: '1', lastFour: 'k3Qz', created: ago(500), lastUsed: ago(12) },
  oldToken: nobody,
  oauth: false,
  lastEntra: ago(12),
  lastVia: 'proxy',
  lastToken: '1',
  lastLocal: '',
  refused: { at: '', remote: '', detail: '', lastFour: '', ended: '', activity: 0 },
  sample: false,
  tunnel: tunnel('none'),
  changed: { old: '', new: '', at: '' },
  check: check(),
}
const read = (part: Partial<Known> = {}, unsure = false) => evidence({ ...good, ...part }, unsure, now)
const refused = (minutes: number) => ({ at: ago(minutes), remote: '203.0.113.7', detail: 'wrong token', lastFour: '', ended: '', activity: 7 })

describe('the evidence', () => {
  it('says receiving only after a real request', () => {
    expect(read()).toMatchObject({ state: 'receiving', tone: 'good', since: ago(12), entra: { state: 'ok' }, tunnel: null })
    expect(read({ lastEntra: '' })).toMatchObject({ state: 'waiting', tone: 'waiting', entra: { state: 'unknown' } })
  })

  it.each([
    [44, 'receiving', 'ok'], [45, 'quiet', 'unknown'], [79, 'quiet', 'unknown'], [80, 'late', 'degraded'], [119, 'late', 'degraded'], [120, 'silent', 'down'],
  ])('after %i minutes of nothing it is %s', (minutes, state, entra) => {
    expect(read({ lastEntra: ago(minutes) })).toMatchObject({ state, since: ago(minutes), entra: { state: entra } })
  })

  it('lets the sample end in peace, and shows no tunnel of it', () => {
    expect(read({ lastEntra: ago(300), sample: true, tunnel: tunnel('ngrok', 'off') })).toMatchObject({ state: 'quiet', reason: 'sampleEnded', remedy: null, tunnel: null })
  })

  it('knows nothing while the snapshot may be old', () => {
    const all = read({ tunnel: tunnel('ngrok', 'up') }, true)
    expect(all.state).toBe('unknown')
    expect([all.entra, all.tunnel, all.app, all.database].map((l) => l?.state)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
  })

  it('names the link that is down, and calls what lies behind it unknown', () => {
    const shut = { ...good.listener, serving: false, since: ago(3), code: 'PORT_BUSY' }
    expect(read({ listener: shut })).toMatchObject({ state: 'notReceiving', reason: 'notServing', since: ago(3), entra: { state: 'unknown' }, database: { state: 'ok' } })
    expect(read({ database: { state: 'full', since: ago(5), detail: '' } })).toMatchObject({ state: 'notReceiving', reason: 'full', remedy: 'checkDatabase', app: { state: 'ok' } })
    expect(read({ database: { state: 'newer', since: '', detail: '' } })).toMatchObject({ state: 'unknown', tone: 'unknown' })
  })

  it('waits for the new token after one was made, whatever came with the old one', () => {
    const token = { ...good.token, created: ago(5), lastUsed: '' }
    expect(read({ token })).toMatchObject({ state: 'newToken', tone: 'warning', reason: 'newToken', since: ago(5), remedy: 'paste', entra: { state: 'degraded' } })
    expect(read({ token, lastEntra: ago(300) })).toMatchObject({ state: 'newToken' })
    expect(read({ token, sample: true })).toMatchObject({ state: 'quiet', remedy: null })
    expect(read({ token: { ...token, lastUsed: ago(1) }, lastEntra: ago(1) })).toMatchObject({ state: 'receiving', tone: 'good' })
  })

  it('is content with the old token while it is still accepted', () => {
    const token = { ...good.token, id: '2', created: ago(20), lastUsed: '' }
    const oldToken = { ...good.token, lastUsed: ago(12) }
    expect(read({ token, oldToken })).toMatchObject({ state: 'receiving', tone: 'good', reason: 'receivedOld', entra: { state: 'ok' } })
    expect(read({ token: { ...token, lastUsed: ago(3) }, oldToken, lastLocal: ago(3) })).toMatchObject({ reason: 'receivedOld' })
    expect(read({ token: { ...token, lastUsed: ago(2) }, oldToken, lastEntra: ago(2), lastToken: '2' })).toMatchObject({ state: 'receiving', reason: 'received' })
    expect(read({ token, oldToken, lastEntra: ago(100) })).toMatchObject({ state: 'late' })
  })

  it('says that a token is missing before it says that Entra is quiet', () => {
    expect(read({ token: { ...good.token, exists: false }, lastEntra: ago(300) })).toMatchObject({ state: 'noToken', remedy: 'makeToken' })
    expect(read({ token: nobody, oauth: true })).toMatchObject({ state: 'receiving', tone: 'good' })
    expect(read({ token: nobody, oauth: true, lastEntra: '' })).toMatchObject({ state: 'waiting' })
  })

  it('speaks of a refusal until a good request comes after it, or a new token is made', () => {
    expect(read({ refused: refused(5) })).toMatchObject({ state: 'refused', tone: 'warning', since: ago(5), remedy: 'showRefused' })
    expect(read({ refused: refused(5), lastEntra: '' })).toMatchObject({ state: 'refused', reason: 'refusedFirst' })
    expect(read({ refused: refused(20) })).toMatchObject({ state: 'receiving' })
    expect(read({ refused: refused(5), token: { ...good.token, created: ago(1) }, lastEntra: '' })).toMatchObject({ state: 'waiting' })
  })

  it('says which token it was that had ended', () => {
    const sent = { ...refused(5), lastFour: 'a7Bc', ended: ago(9000) }
    expect(read({ refused: sent })).toMatchObject({ state: 'refused', reason: 'refusedEnded', about: { lastFour: 'a7Bc', ended: ago(9000) } })
  })
})

describe('a request from this computer', () => {
  it.each(['ngrok', 'own'])('proves nothing while Entra comes by %s', (way) => {
    const here = { tunnel: tunnel(way, 'up'), lastEntra: '', lastVia: '', lastToken: '', lastLocal: ago(1) }
    expect(read(here)).toMatchObject({ state: 'waiting', reason: 'onlyHere', since: ago(1), entra: { state: 'unknown' } })
    expect(read({ ...here, lastEntra: ago(130), lastVia: 'tunnel' })).toMatchObject({ state: 'silent', entra: { state: 'down' } })
    expect(read(here).tunnel?.reason).not.toBe('ownCame')
  })

  it('counts as what it is while nobody else can come', () => {
    expect(read({ lastVia: 'local' })).toMatchObject({ state: 'receiving', reason: 'receivedHere', entra: { state: 'ok' } })
    expect(read({ lastVia: 'local', lastEntra: ago(300) })).toMatchObject({ state: 'quiet', reason: 'receivedHere', remedy: null, entra: { state: 'unknown' } })
  })
})

describe('the way to this app', () => {
  it.each<[Partial<TunnelInfo>, object]>([
    [{ state: 'up' }, { state: 'receiving', tone: 'good', tunnel: { state: 'ok', reason: 'tunnelUp' }, entra: { state: 'ok' }, remedy: null }],
    [{ state: 'starting' }, { state: 'connecting', tone: 'waiting', tunnel: { state: 'unknown', reason: 'tunnelStarting' }, remedy: null }],
    [{ state: 'reconnecting', attempt: 3 }, { state: 'reconnecting', tone: 'warning', tunnel: { state: 'down' }, entra: { state: 'unknown', reason: 'unreachable' }, remedy: 'reconnect' }],
    [{ state: 'blocked', code: 'TUNNEL_AUTH' }, { state: 'unreachable', tone: 'bad', reason: 'tunnelBlocked', about: { code: 'TUNNEL_AUTH' }, tunnel: { state: 'down' }, remedy: 'authtoken' }],
    [{ state: 'blocked', code: 'TUNNEL_QUOTA' }, { state: 'unreachable', reason: 'tunnelBlocked', remedy: 'tunnel' }],
    [{ state: 'off' }, { state: 'unreachable', reason: 'tunnelOff', tunnel: { state: 'down' }, remedy: 'start' }],
    [{ state: 'off', code: 'TUNNEL_NO_TOKEN' }, { state: 'unreachable', reason: 'tunnelOff', remedy: 'authtoken' }],
    [{ state: 'later' }, { state: 'unknown', tone: 'unknown', tunnel: { state: 'unknown' } }],
  ])('by ngrok: %o', (state, found) => {
    expect(read({ tunnel: tunnel('ngrok', '', state) })).toMatchObject(found)
  })

  it('needs no port of this computer while ngrok carries it', () => {
    const shut = { ...good.listener, serving: false, since: ago(3), code: 'PORT_BUSY' }
    expect(read({ listener: shut, tunnel: tunnel('ngrok', 'up') })).toMatchObject({ state: 'receiving', app: { state: 'degraded', reason: 'servingTunnel' } })
    expect(read({ listener: shut, tunnel: tunnel('own') })).toMatchObject({ state: 'notReceiving', app: { state: 'down' } })
  })

  it('is an alarm when the address is another than Entra has', () => {
    const changed = { old: 'https://a.example/scim/v2', new: 'https://b.example/scim/v2', at: ago(4) }
    expect(read({ changed, tunnel: tunnel('ngrok', 'up') })).toMatchObject({ state: 'moved', tone: 'bad', since: ago(4), about: { old: changed.old }, tunnel: { state: 'degraded' }, remedy: 'giveAddress' })
    expect(read({ changed, tunnel: tunnel('own') })).toMatchObject({ state: 'moved', remedy: 'giveAddress' })
    expect(read({ changed, tunnel: tunnel('ngrok', 'blocked', { code: 'TUNNEL_AUTH' }) })).toMatchObject({ state: 'unreachable' })
  })

  it.each<[Partial<CheckSummary>, object]>([
    [{}, { state: 'receiving', tunnel: { state: 'unknown', reason: 'ownUnknown' } }],
    [{ finished: ago(10), ok: true }, { state: 'receiving', tunnel: { state: 'ok', reason: 'ownChecked', since: ago(10) } }],
    [{ finished: ago(1500), ok: true }, { tunnel: { state: 'unknown', reason: 'ownBefore' } }],
    [{ finished: ago(10), failed: 'tls' }, { state: 'unreachable', reason: 'ownFailed', tunnel: { state: 'down' }, remedy: 'showCheck' }],
    [{ finished: ago(10), failed: 'match' }, { state: 'receiving', tunnel: { state: 'unknown' } }],
    [{ running: true, finished: ago(10), failed: 'tls' }, { tunnel: { state: 'unknown' } }],
  ])('by an own address, after the self-check %o', (last, found) => {
    expect(read({ tunnel: tunnel('own'), check: check(last), listener: { ...good.listener, since: ago(5) } })).toMatchObject(found)
  })

  it.each<[number, Partial<CheckSummary>, object]>([
    [12, {}, { tunnel: { state: 'ok', reason: 'ownCame', since: ago(12) } }],
    [12, { finished: ago(20), failed: 'connect' }, { state: 'receiving', tunnel: { state: 'ok', reason: 'ownCame' } }],
    [12, { finished: ago(10), failed: 'connect' }, { state: 'unreachable', tunnel: { state: 'down', reason: 'ownFailed' } }],
    [80, {}, { tunnel: { state: 'unknown', reason: 'ownUnknown' } }],
  ])('by an own address, when a good request came %i minutes ago and the self-check is %o', (minutes, last, found) => {
    expect(read({ tunnel: tunnel('own'), check: check(last), lastEntra: ago(minutes) })).toMatchObject(found)
  })

  it('believes a self-check that did not come through a tunnel, until that is up anew', () => {
    const failed = check({ finished: ago(10), failed: 'edge' })
    expect(read({ tunnel: tunnel('ngrok', 'up'), check: failed })).toMatchObject({ state: 'receiving', tunnel: { state: 'degraded', reason: 'tunnelFailed' }, remedy: 'showCheck' })
    expect(read({ tunnel: tunnel('ngrok', 'up', { since: ago(5) }), check: failed })).toMatchObject({ tunnel: { state: 'ok' } })
  })
})

it('leads to where each remedy is found', () => {
  expect(remedyPlace('showRefused', { activity: 7 })).toEqual({ page: 'activity', id: '7' })
  expect([remedyPlace('authtoken', { activity: 0 }), remedyPlace('showCheck', { activity: 0 }), remedyPlace('checkListener', { activity: 0 })]).toEqual([
    { page: 'connection', id: 'tunnel' }, { page: 'connection', id: 'check' }, { page: 'settings' },
  ])
})
