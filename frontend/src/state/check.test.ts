import { describe, expect, it } from 'vitest'
import type { CheckState, CheckStep } from '../api/types'
import { resultOf, stepName, stepNow, stepState, stopOf } from './check'

const step = (name: string, state: string): CheckStep => ({ name, state, took: 0, where: '', code: '', detail: '', facts: [] })
const check = (more: Partial<CheckState>): CheckState => ({
  running: false, started: '2026-03-02T12:00:00.000Z', finished: '2026-03-02T12:00:01.000Z', address: '', person: false, cause: 'asked', other: false, ok: true, failed: '', steps: [], ...more,
})

describe('a self-check', () => {
  it.each<[Partial<CheckState>, string]>([
    [{ started: '', finished: '' }, 'never'], [{ running: true, finished: '' }, 'running'], [{}, 'passed'], [{ steps: [step('tls', 'warning')] }, 'warned'], [{ ok: false, failed: 'tls' }, 'failed'],
    [{ ok: false }, 'cancelled'], [{ other: true }, 'elsewhere'], [{ other: true, running: true, finished: '' }, 'running'],
  ])('%o is %s', (more, result) => expect(resultOf(check(more))).toBe(result))

  it('names the step under way', () => {
    expect(stepNow({ steps: [step('dns', 'ok'), step('connect', 'running'), step('tls', 'waiting')] })).toEqual({ at: 2, name: 'connect' })
    expect(stepNow({ steps: [step('dns', 'ok'), step('connect', 'ok')] })).toEqual({ at: 2, name: 'connect' })
    expect(stepNow({ steps: [] })).toEqual({ at: 0, name: 'other' })
  })

  it('takes what it does not know for unknown, never for good', () => {
    expect([stepState({ state: 'later' }), stepName('quantum'), stopOf({ where: 'moon' }), stopOf({ where: '' })]).toEqual(['unknown', 'other', 'unknown', null])
  })
})
