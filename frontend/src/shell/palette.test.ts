import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GroupsPage, ListQuery, PeoplePage } from '../api/types'
import { fits, Lookup } from './palette'

const page = (name: string) => ({ store: 's', list: 'l', total: 8_334, from: 0, rows: [{ id: name, name }] })

/** A backend whose answers come when the test says so. */
function slow() {
  const asked: { search: string; answer: () => void; fail: (e: Error) => void }[] = []
  const people = (q: ListQuery) =>
    new Promise<PeoplePage>((resolve, reject) => asked.push({ search: q.search, answer: () => resolve(page(q.search) as unknown as PeoplePage), fail: reject }))
  const groups = async () => ({ ...page('group'), rows: [] }) as unknown as GroupsPage
  return { asked, lookup: new Lookup({ people, groups }) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('looking for people while typing', () => {
  it('asks once, a moment after the last letter', async () => {
    const { asked, lookup } = slow()
    lookup.ask('a')
    await vi.advanceTimersByTimeAsync(100)
    lookup.ask('an')
    await vi.advanceTimersByTimeAsync(149)
    expect(asked).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.map((q) => q.search)).toEqual(['an'])
    expect(lookup.view.get().loading).toBe(true)
  })

  it('drops the answer to what is no longer looked for', async () => {
    const { asked, lookup } = slow()
    lookup.ask('anna')
    await vi.advanceTimersByTimeAsync(150)
    lookup.ask('bob')
    await vi.advanceTimersByTimeAsync(150)
    asked[1]?.answer()
    await vi.advanceTimersByTimeAsync(0)
    asked[0]?.answer()
    await vi.advanceTimersByTimeAsync(0)
    expect(lookup.view.get().people.map((p) => p.name)).toEqual(['bob'])
    expect(lookup.view.get().totals, 'how many there are, not how many are shown').toEqual({ people: 8_334, groups: 8_334 })
    expect(lookup.view.get().loading).toBe(false)
  })

  it('shows nothing for nothing, also when an answer is still to come', async () => {
    const { asked, lookup } = slow()
    lookup.ask('anna')
    await vi.advanceTimersByTimeAsync(150)
    lookup.ask('  ')
    asked[0]?.answer()
    await vi.advanceTimersByTimeAsync(0)
    expect(lookup.view.get()).toEqual({ text: '', people: [], groups: [], totals: { people: 0, groups: 0 }, loading: false, error: null })
  })

  it('tells why it could not look, and looks again', async () => {
    const { asked, lookup } = slow()
    lookup.ask('anna')
    await vi.advanceTimersByTimeAsync(150)
    asked[0]?.fail(new Error('{"code":"DB_LOCKED","message":""}'))
    await vi.advanceTimersByTimeAsync(0)
    expect(lookup.view.get().error?.code).toBe('DB_LOCKED')
    lookup.retry()
    asked[1]?.answer()
    await vi.advanceTimersByTimeAsync(0)
    expect(lookup.view.get().people.map((p) => p.name)).toEqual(['anna'])
    expect(lookup.view.get().error).toBeNull()
  })
})

describe('finding a command by its words', () => {
  it('goes by beginnings of words, in any order, without accents and case', () => {
    expect(fits('ov', 'Overview')).toBe(true)
    expect(fits('ubersicht', 'Übersicht')).toBe(true)
    expect(fits('dark the', 'Theme: dark')).toBe(true)
    expect(fits('view', 'Overview')).toBe(false)
    expect(fits('', 'Overview')).toBe(true)
    expect(fits('dark people', 'Theme: dark')).toBe(false)
  })
})
