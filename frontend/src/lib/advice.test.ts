import { describe, expect, it } from 'vitest'
import en from '../locales/en'
import { advice, holder } from './advice'
import { outcomes } from './status'

const request = { status: 200, outcome: 'success', scimType: '', method: 'PATCH', action: 'update', type: 'User' }
const failed = { ...request, outcome: 'failure' }

describe('advice', () => {
  it('has a text for whatever is in the log', () => {
    const known = Object.keys(en.activity.advice)
    for (const status of [0, 200, 201, 204, 302, 400, 401, 403, 404, 405, 409, 412, 413, 415, 418, 429, 499, 500, 501, 503, 599]) {
      for (const scimType of ['', 'uniqueness', 'invalidPath', 'invalidValue', 'invalidSyntax', 'invalidFilter', 'noTarget', 'mutability', 'tooMany', 'newer']) {
        for (const action of ['create', 'test', 'newer']) for (const outcome of outcomes) expect(known).toContain(advice({ ...request, status, outcome, scimType, action }))
      }
    }
  })

  it('tells a refused token, a taken name, a full disk and a client that went away', () => {
    expect(advice({ ...failed, status: 401 })).toBe('tokenRefused')
    expect(advice({ ...failed, status: 409, scimType: 'uniqueness' })).toBe('uniqueness')
    expect(advice({ ...failed, status: 409 })).toBe('deleteRefused')
    expect(advice({ ...request, status: 503, outcome: 'error' })).toBe('unavailable')
    expect(advice({ ...request, status: 499, outcome: 'cutOff' })).toBe('cutOff')
    expect(advice({ ...request, status: 500, outcome: 'error' })).toBe('internal')
  })

  it('takes a 404 for no failure when somebody was asked for, and an address for none of ours', () => {
    expect(advice({ ...request, status: 404, outcome: 'notFound', method: 'GET' })).toBe('notHere')
    expect(advice({ ...failed, status: 404 })).toBe('changeNotHere')
    expect(advice({ ...request, status: 404, outcome: 'notFound', method: 'GET', type: '' })).toBe('noSuchAddress')
  })

  it('sees in the answer that a match found nobody', () => {
    expect(advice({ ...request, action: 'match' }, '{"totalResults":0,"Resources":[]}')).toBe('matchNone')
    expect(advice({ ...request, action: 'match' }, '{"totalResults":1}')).toBe('match')
  })

  it('finds who has a taken name in the answer', () => {
    expect(holder("userName 'a@b.example' is already used by user 01a2-b3")).toEqual({ type: 'User', id: '01a2-b3' })
    expect(holder("displayName 'All' is already used by group 77")).toEqual({ type: 'Group', id: '77' })
    expect(holder('something else')).toBeNull()
  })
})
