import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Detail } from './detail'

interface Thing {
  id: string
  text: string
}

let answers: Map<string, ((value: Thing | null) => void)[]>
const pull = (id: string) =>
  new Promise<Thing>((resolve, reject) => {
    const answer = (value: Thing | null) => (value ? resolve(value) : reject(new Error('{"code":"DB_LOCKED","message":""}')))
    answers.set(id, [...(answers.get(id) ?? []), answer])
  })
async function answer(id: string, text: string | null): Promise<void> {
  answers.get(id)?.shift()?.(text === null ? null : { id, text })
  await vi.advanceTimersByTimeAsync(0)
}

beforeEach(() => {
  vi.useFakeTimers()
  answers = new Map()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a detail', () => {
  it('drops an answer for something that is not shown any more', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    detail.show('b')
    await answer('b', 'B')
    await answer('a', 'A')
    expect(detail.view.get()).toMatchObject({ id: 'b', value: { text: 'B' }, loading: false })
  })

  it('shows the one before for a moment, and nothing when the next takes long', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    await answer('a', 'A')
    detail.show('b')
    expect(detail.view.get().value?.text).toBe('A')
    await vi.advanceTimersByTimeAsync(400)
    expect(detail.view.get()).toMatchObject({ value: null, loading: true })
    await answer('b', 'B')
    expect(detail.view.get().value?.text).toBe('B')
  })

  it('keeps what it shows when it can not be loaded anew, and drops what is of another', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    await answer('a', 'A')
    detail.reload()
    await answer('a', null)
    expect(detail.view.get()).toMatchObject({ value: { text: 'A' }, error: { code: 'DB_LOCKED' } })
    detail.show('b')
    await answer('b', null)
    expect(detail.view.get()).toMatchObject({ value: null, error: { code: 'DB_LOCKED' } })
    detail.reload()
    await answer('b', 'B')
    expect(detail.view.get()).toMatchObject({ value: { text: 'B' }, error: null })
  })

  it('shows a slow answer however often something changes meanwhile, and asks once more for all of that', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    for (let i = 0; i < 5; i++) detail.reload()
    expect(answers.get('a')).toHaveLength(1)
    await answer('a', 'A')
    expect(detail.view.get()).toMatchObject({ value: { text: 'A' }, loading: false })
    expect(answers.get('a')).toHaveLength(1)
    await answer('a', 'newer')
    expect(detail.view.get().value?.text).toBe('newer')
    expect(answers.get('a')).toHaveLength(0)
  })

  it('does not ask again for the one before when another is opened', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    detail.reload()
    detail.show('b')
    await answer('a', 'A')
    await answer('b', 'B')
    expect(answers.get('a')).toHaveLength(0)
    expect(answers.get('b')).toHaveLength(0)
  })

  it('takes nothing after it was closed', async () => {
    const detail = new Detail(pull)
    detail.show('a')
    detail.close()
    await answer('a', 'A')
    expect(detail.view.get().value).toBeNull()
  })
})
