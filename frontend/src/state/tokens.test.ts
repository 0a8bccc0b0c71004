import { describe, expect, it } from 'vitest'
import type { TokenInfo, Tokens } from '../api/types'
import { counts, dayOf, endOfDay, stageOf, whose } from './tokens'

const nobody: TokenInfo = { exists: false, id: '', lastFour: '', created: '', lastUsed: '', lastRefused: '', ended: '', expires: '' }
const token = (id: string, lastFour: string): TokenInfo => ({ ...nobody, exists: true, id, lastFour })
const both = { current: token('2', 'new2'), old: token('1', 'old1'), ended: [token('0', 'end0')], newSeen: false }
const use = (lastFour: string, accepted: boolean) => ({ at: '', activity: 1, lastFour, accepted })

describe('a rotation', () => {
  it.each([
    [both, 'pasting'], [{ ...both, newSeen: true }, 'quiet'], [{ ...both, old: nobody, newSeen: true }, 'over'], [{ ...both, current: token('1', 'old1'), old: nobody }, 'undone'],
    [{ ...both, current: token('3', 'xxx3') }, 'undone'],
  ])('%# stands where the tokens say', (tokens, stage) => expect(stageOf(tokens, '2')).toBe(stage))

  it('knows whose token each request had', () => {
    expect([use('new2', true), use('old1', true), use('end0', true), use('', true), use('end0', false), use('zzzz', false), use('', false)].map((one) => whose(one, both))).toEqual([
      'current', 'old', 'ended', 'client', 'ended', 'stranger', 'stranger',
    ])
    expect(whose(use('', true), { ...both, old: nobody })).toBe('client')
  })

  it('counts the last requests', () => {
    const recent = [use('new2', true), use('new2', true), use('old1', true), use('end0', false), use('', false)]
    expect(counts({ ...both, recent } as Tokens)).toEqual({ now: 2, before: 1, other: 2 })
  })
})

it('takes a chosen day to its end, in the computer\'s zone', () => {
  expect(endOfDay('')).toBe('')
  expect(endOfDay('2027-02-31x')).toBe('')
  const end = new Date(endOfDay('2027-03-31'))
  expect([dayOf(end), end.getHours(), end.getMinutes()]).toEqual(['2027-03-31', 23, 59])
})
