// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { go, hashOf, parseRoute, route } from './route'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the route', () => {
  it('reads what it writes', () => {
    const place = { page: 'people', id: 'a/b?c#d', tab: 'history', query: { search: 'Zoë & "x"' } } as const
    expect(parseRoute(hashOf(place))).toEqual(place)
    expect(parseRoute('#/nowhere/%E0%A4%A')).toMatchObject({ page: 'overview' })
  })

  it('goes on when the engine refuses so many changes of the address, which catches up', () => {
    go({ page: 'activity', id: '1' })
    const refused = vi.spyOn(history, 'replaceState').mockImplementation(() => {
      throw new DOMException('too many', 'SecurityError')
    })
    go({ page: 'activity', id: '2' }, true)
    go({ page: 'activity', id: '3' }, true)
    expect(route.get().id).toBe('3')
    expect(location.hash).toBe('#/activity/1')
    go({ page: 'activity', id: '1' }, true)
    expect(route.get().id).toBe('1')
    go({ page: 'activity', id: '4' }, true)
    refused.mockRestore()
    vi.advanceTimersByTime(1_000)
    expect(location.hash).toBe('#/activity/4')
  })
})
