import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Quality } from '../api/types'
import { QualityCounts } from './quality'

describe('the counts of who wants a look', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are made while they are looked at, never twice at once, and the more rarely the longer it takes', async () => {
    let asked = 0
    const counts = new QualityCounts(async (): Promise<Quality> => {
      asked++
      await new Promise((done) => setTimeout(done, 1_000))
      return { counts: [{ state: 'no-email', count: asked }], localIds: true }
    })
    counts.moved()
    expect(asked).toBe(0)
    const hide = counts.show()
    counts.moved()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(counts.view.get()).toMatchObject({ 'no-email': 1, 'made-here': 0, anyLocal: true })
    await vi.advanceTimersByTimeAsync(9_900)
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(asked).toBe(2)
    hide()
    counts.moved()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(2)
  })

  it('stay as they were when they can not be told', async () => {
    let fail = false
    const counts = new QualityCounts(async (): Promise<Quality> => {
      if (fail) throw new Error('no')
      return { counts: [{ state: 'no-group', count: 7 }], localIds: false }
    })
    counts.show()
    await vi.advanceTimersByTimeAsync(3_000)
    fail = true
    counts.moved()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(counts.view.get()).toMatchObject({ 'no-group': 7 })
  })
})
