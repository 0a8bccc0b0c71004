import { describe, expect, it } from 'vitest'
import type { PlanQuery } from '../api/types'
import { PlanList } from './plan'

/** Plans of so many rows; it keeps what it was asked. */
function fake(total: number) {
  const asked: PlanQuery[] = []
  const pull = async (q: PlanQuery) => {
    asked.push(q)
    const n = q.state === '' ? total : 1
    return { plan: q.plan, total: n, rows: Array.from({ length: Math.min(q.limit, n - q.from) }, (_, i) => `${q.plan} ${q.from + i}`) }
  }
  return { asked, pull }
}

const calm = () => new Promise((resolve) => setTimeout(resolve))

describe('the rows of a plan', () => {
  it('come in pages, and each page tells what it carries', async () => {
    const { asked, pull } = fake(1000)
    const told: string[] = []
    const list = new PlanList(pull, (page) => told.push(page.plan))
    list.use('one')
    list.show()
    await calm()
    expect(list.view.get().total).toBe(1000)
    list.ensure(390, 410)
    await calm()
    expect([list.row(0), list.row(399), list.row(400)]).toEqual(['one 0', 'one 399', 'one 400'])
    expect(asked.map((q) => q.from)).toEqual([0, 200, 400])
    expect(told).toEqual(['one', 'one', 'one'])
  })

  it('are dropped for another plan, with search and state', async () => {
    const { asked, pull } = fake(3)
    const list = new PlanList(pull)
    list.use('one')
    list.show()
    await calm()
    list.ask({ state: 'collision', search: 'a' })
    await calm()
    expect(list.view.get().total).toBe(1)
    list.use('two')
    expect(list.row(0)).toBeUndefined()
    await calm()
    expect(list.row(0)).toBe('two 0')
    expect(asked.at(-1)).toEqual({ plan: 'two', search: '', state: '', from: 0, limit: 200 })
  })

  it('are loaded anew in their place when a choice was made', async () => {
    const { asked, pull } = fake(3)
    const list = new PlanList(pull)
    list.use('one')
    list.show()
    await calm()
    list.moved()
    expect(list.row(0)).toBe('one 0')
    await calm()
    expect(asked).toHaveLength(2)
  })

  it('are none without a plan', async () => {
    const { asked, pull } = fake(3)
    const list = new PlanList(pull)
    list.show()
    await calm()
    expect(list.view.get().total).toBe(0)
    expect(asked).toEqual([])
  })
})
