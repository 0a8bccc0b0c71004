import { describe, expect, it } from 'vitest'
import { evidence } from './evidence'

const now = Date.parse('2026-03-02T12:00:00.000Z')
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

type Known = Parameters<typeof evidence>[0]

const good: Known = {
  listener: { serving: true, since: ago(600), listen: '127.0.0.1:8088', code: '', message: '' },
  database: { state: 'ok', since: ago(600), detail: '' },
  token: { exists: true, id: '1', lastFour: 'k3Qz', created: ago(500), lastUsed: ago(12), lastRefused: '', ended: '', expires: '' },
  lastEntra: ago(12),
  refused: { at: '', remote: '', detail: '', lastFour: '', ended: '', activity: 0 },
  sample: false,
}
const read = (part: Partial<Known> = {}, unsure = false) => evidence({ ...good, ...part }, unsure, now)
const refused = (minutes: number) => ({ at: ago(minutes), remote: '203.0.113.7', detail: 'wrong token', lastFour: '', ended: '', activity: 7 })

describe('the evidence', () => {
  it('says receiving only after a real request', () => {
    expect(read()).toMatchObject({ state: 'receiving', tone: 'good', since: ago(12), entra: { state: 'ok' } })
    expect(read({ lastEntra: '' })).toMatchObject({ state: 'waiting', tone: 'waiting', entra: { state: 'unknown' } })
  })

  it.each([
    [44, 'receiving', 'ok'], [45, 'quiet', 'unknown'], [79, 'quiet', 'unknown'], [80, 'late', 'degraded'], [119, 'late', 'degraded'], [120, 'silent', 'down'],
  ])('after %i minutes of nothing it is %s', (minutes, state, entra) => {
    expect(read({ lastEntra: ago(minutes) })).toMatchObject({ state, since: ago(minutes), entra: { state: entra } })
  })

  it('lets the sample end in peace', () => {
    expect(read({ lastEntra: ago(300), sample: true })).toMatchObject({ state: 'quiet', reason: 'sampleEnded', remedy: null })
  })

  it('knows nothing while the snapshot may be old', () => {
    const all = read({}, true)
    expect(all.state).toBe('unknown')
    expect([all.entra, all.app, all.database].map((l) => l.state)).toEqual(['unknown', 'unknown', 'unknown'])
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

  it('says that a token is missing before it says that Entra is quiet', () => {
    expect(read({ token: { ...good.token, exists: false }, lastEntra: ago(300) })).toMatchObject({ state: 'noToken', remedy: 'makeToken' })
  })

  it('speaks of a refusal until a good request comes after it, or a new token is made', () => {
    expect(read({ refused: refused(5) })).toMatchObject({ state: 'refused', tone: 'warning', since: ago(5), remedy: 'showRefused' })
    expect(read({ refused: refused(5), lastEntra: '' })).toMatchObject({ state: 'refused', reason: 'refusedFirst' })
    expect(read({ refused: refused(20) })).toMatchObject({ state: 'receiving' })
    expect(read({ refused: refused(5), token: { ...good.token, created: ago(1) }, lastEntra: '' })).toMatchObject({ state: 'waiting' })
  })
})
