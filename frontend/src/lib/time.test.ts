// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { ago, brief, clock, dayMark, hourMark, moment, rowTime, when } from './time'

const at = '2026-03-03T14:02:11.482Z'

describe('a time', () => {
  it('is shown in words, and what is no time as nothing', () => {
    for (const [name, show] of Object.entries({ ago, brief, clock, dayMark, hourMark, moment, rowTime, when })) {
      expect(show(at, 'en'), name).not.toBe('')
      for (const bad of ['', 'yesterday', '0000-00-00T00:00:00Z']) expect(show(bad, 'en'), `${name} of ${bad}`).toBe('')
    }
  })

  it('is told as long ago as it is', () => {
    const now = Date.parse(at)
    const before = (minutes: number) => ago(new Date(now - minutes * 60_000).toISOString(), 'en', now)
    expect([0.5, 5, 90, 47 * 60, 49 * 60].map(before)).toEqual(['just now', '5 minutes ago', '1 hour ago', '47 hours ago', '2 days ago'])
  })
})
