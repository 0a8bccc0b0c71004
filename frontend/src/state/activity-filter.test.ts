import { describe, expect, it } from 'vitest'
import { actions, outcomes } from '../lib/status'
import { type Filter, fromQuery, methods, moment, nothing, parse, print, resolve, terms, toQuery } from './activity-filter'

/** Many filters of every sort, the same ones each time. */
function filters(): Filter[] {
  let seed = 7
  const pick = <T>(from: readonly T[]): T => from[(seed = (seed * 48271) % 2147483647) % from.length] as T
  const some = <T>(from: readonly T[]): T[] => from.filter(() => pick([true, false, false]))
  const words = ['anna', 'Zoë Müller', 'status:failure', 'a"b', 'back\\slash', 'urn:ietf:params:scim', 'אנה', 'code:', '"', 'x=y,z', '']
  return Array.from({ length: 400 }, () => ({
    outcomes: some(outcomes), methods: some(methods), actions: some(actions), status: pick([0, 404, 409]), person: pick(words), resource: pick(['', '2819-c2']),
    text: [pick(words), pick(words)].join(' ').trim(), from: pick(['', 'today', '24h', '2026-11-20', '2026-11-20T08:15', '2026-11-20T08:15:00.000Z']), until: pick(['', 'yesterday', '2026-11-21']),
    unlike: pick([true, false]),
  }))
}

describe('the filter', () => {
  it('reads the little language', () => {
    const { filter, problems } = parse('status:failure method:patch action:create,disable person:"Anna Berg" after:2026-11-20 before:today is:unlike id:42 code:409 two  words')
    expect(problems).toEqual([])
    expect(filter).toEqual({
      outcomes: ['failure'], methods: ['PATCH'], actions: ['create', 'disable'], status: 409, person: 'Anna Berg', resource: '42', text: 'two words', from: '2026-11-20', until: 'today',
      unlike: true,
    })
  })

  it('prints what parse reads again, and a link carries it too', () => {
    for (const filter of filters()) {
      const text = print(filter)
      expect(parse(text), text).toEqual({ filter, problems: [] })
      expect(fromQuery(Object.fromEntries(new URLSearchParams(new URLSearchParams(toQuery(filter)).toString())))).toEqual(filter)
    }
  })

  it('never loses what somebody typed, however odd: printed and read again it stays', () => {
    for (const text of ['"', '\\', 'a:b:c', 'status:', 'person:" x', '::', 'STATUS:Failure', 'method:get,post method:get', 'person:"a \\" b"', ' \t ']) {
      const { filter } = parse(text)
      expect(parse(print(filter)).filter, text).toEqual(filter)
    }
  })

  it('takes a word with a colon of no key of ours as text', () => {
    expect(parse('urn:ietf:params took:5 "status:failure"').filter).toEqual({ ...nothing, text: 'urn:ietf:params took:5 status:failure' })
  })

  it('names what it can not use, and leaves that out alone', () => {
    const { filter, problems } = parse('status:fine code:99 method:patch,fetch after:soon before:2026-02-31 is:odd action:')
    expect(problems).toEqual([
      { key: 'status', value: 'fine' }, { key: 'code', value: '99' }, { key: 'method', value: 'patch,fetch' }, { key: 'after', value: 'soon' }, { key: 'before', value: '2026-02-31' },
      { key: 'is', value: 'odd' },
    ])
    expect(filter).toEqual({ ...nothing, methods: ['PATCH'] })
  })

  it('understands a link whose text is in the little language', () => {
    expect(fromQuery({ text: 'code:401 after:24h anna', outcomes: 'failure,nonsense' })).toEqual({ ...nothing, status: 401, from: '24h', text: 'anna', outcomes: ['failure'] })
  })

  it('knows which term stands where, for suggestions', () => {
    expect(terms('anna status:fa')).toEqual([{ from: 0, to: 4, key: null, value: 'anna' }, { from: 5, to: 14, key: 'status', value: 'fa' }])
  })

  it('reckons times that were said by words from now, in the zone of the computer', () => {
    const now = new Date(2026, 10, 22, 14, 30)
    expect(moment('today', now)).toEqual(new Date(2026, 10, 22))
    expect(moment('yesterday', now)).toEqual(new Date(2026, 10, 21))
    expect(moment('1h', now)).toEqual(new Date(2026, 10, 22, 13, 30))
    expect(moment('7d', now)?.getTime()).toBe(now.getTime() - 7 * 86_400_000)
    expect(moment('2026-11-20', now)).toEqual(new Date(2026, 10, 20))
    expect(moment('2026-11-20T08:15', now)).toEqual(new Date(2026, 10, 20, 8, 15))
    expect(resolve({ ...nothing, from: '2026-11-20T08:15:00Z' }, now).from).toBe('2026-11-20T08:15:00.000Z')
    for (const odd of ['', 'soon', '2026-13-01', '2026-02-30', '20.11.2026', '99999d']) expect(moment(odd, now), odd).toBeNull()
  })
})
