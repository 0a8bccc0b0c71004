import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { Guide } from '../api/types'
import { GuideStore } from './guide'

const guide = (part: Partial<Guide>): Guide => ({
  store: 'a', step: 'plan', steps: [], plan: '', role: '', night: '', portal: 'current', cloud: 'public', people: '', address: '', target: '', tutorial: [], done: false, hidden: false, ...part,
})

describe('the set-up guide of a folder', () => {
  it('is read one at a time, and once more for all that moved meanwhile', async () => {
    const answers: ((guide: Guide) => void)[] = []
    const read = vi.fn(() => new Promise<Guide>((done) => answers.push(done)))
    const store = new GuideStore({ guide: read, saveGuide: vi.fn() })
    const first = store.load('a')
    void store.load('a')
    void store.load('a')
    expect(read).toHaveBeenCalledTimes(1)
    answers[0]?.(guide({ step: 'night' }))
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2))
    answers[1]?.(guide({ step: 'tunnel' }))
    await first
    expect(store.view.get().guide?.step).toBe('tunnel')
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('is not set back by an answer that was asked for before something was said', async () => {
    let late: (guide: Guide) => void = () => {}
    const store = new GuideStore({ guide: () => new Promise((done) => (late = done)), saveGuide: async ({ plan }) => guide({ plan }) })
    const reading = store.load('a')
    expect(await store.save({ plan: 'free' })).toBe(true)
    late(guide({}))
    await reading
    expect(store.view.get().guide?.plan).toBe('free')
  })

  it('drops what belongs to another folder', async () => {
    let late: (guide: Guide) => void = () => {}
    const reads = [() => new Promise<Guide>((done) => (late = done)), async () => guide({ store: 'b' })]
    const store = new GuideStore({ guide: () => (reads.shift() ?? (async () => guide({})))(), saveGuide: vi.fn() })
    const before = store.load('a')
    await store.load('b')
    late(guide({ store: 'a' }))
    await before
    expect(store.view.get().guide?.store).toBe('b')
  })

  it('says what could not be kept, and keeps what it shows', async () => {
    const store = new GuideStore({ guide: async () => guide({ plan: 'p1' }), saveGuide: () => Promise.reject(new ApiError('DB_FULL', '')) })
    await store.load('a')
    expect(await store.save({ plan: 'free' })).toBe(false)
    const { guide: shown, failed, saving } = store.view.get()
    expect([shown?.plan, failed?.code, saving]).toEqual(['p1', 'DB_FULL', false])
  })
})
