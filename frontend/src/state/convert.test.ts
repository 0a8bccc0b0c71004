import { describe, expect, it } from 'vitest'
import type { JobInfo, UserIDChoice, UserIDPage, UserIDPlan, UserIDRule } from '../api/types'
import { Convert, firstForm, lacks, ruleOf } from './convert'

const plan = (name: string, open = 0): UserIDPlan => ({ plan: name, total: 2, counts: [], open, change: 2, matching: false, now: '' })

/** A backend that gives plans named by their number, and keeps what it was asked. */
class Fake {
  readonly rules: UserIDRule[] = []
  readonly choices: UserIDChoice[] = []
  refuses = false

  planUserIds = async (rule: UserIDRule): Promise<UserIDPlan> => {
    if (this.refuses) throw new Error('{"code":"BAD_QUERY","message":"no"}')
    this.rules.push(rule)
    return plan(`p${this.rules.length}`, 1)
  }
  userIdRows = async (q: { plan: string }): Promise<UserIDPage> => ({ plan: plan(q.plan, this.choices.length > 0 ? 0 : 1), total: 0, rows: [] })
  settleUserId = async (choice: UserIDChoice): Promise<UserIDPlan> => {
    this.choices.push(choice)
    return plan(choice.plan)
  }
  applyUserIds = async (): Promise<JobInfo> => ({ seq: 7 }) as JobInfo
  putUpload = async () => ({ id: 'u', name: '', size: 0 })
  dropUpload = async () => {}
}

describe('a rule', () => {
  it('says nothing of what is not chosen', () => {
    const form = { ...firstForm, fromDomain: 'a.example', search: 'x', group: { id: 'g', name: 'G' }, ids: ['1'], quality: 'no-group' }
    expect(ruleOf(form, 'u')).toEqual({
      to: 'email', emailType: '', fromDomain: '', toDomain: '', template: '', upload: '', search: '', state: '', group: '', quality: '', ids: [], owned: false,
    })
    expect(ruleOf({ ...form, whom: 'group', to: 'domain', toDomain: ' b.example ' }, 'u')).toMatchObject({ group: 'g', ids: [], search: '', fromDomain: 'a.example', toDomain: 'b.example' })
    expect(ruleOf({ ...form, whom: 'ids', to: 'file' }, 'u')).toMatchObject({ group: '', ids: ['1'], upload: 'u' })
  })

  it('lacks what has to be given first', () => {
    expect(lacks(firstForm, '')).toBeNull()
    expect(lacks({ ...firstForm, to: 'file' }, '')).toBe('file')
    expect(lacks({ ...firstForm, to: 'domain', fromDomain: 'a' }, '')).toBe('domain')
    expect(lacks({ ...firstForm, whom: 'group' }, '')).toBe('group')
  })
})

describe('a conversion', () => {
  it('goes from a rule over its plan to a job', async () => {
    const fake = new Fake()
    const convert = new Convert(fake)
    expect(await convert.preview()).toBe(true)
    expect(convert.view.get().plan?.plan).toBe('p1')
    expect(await convert.settle(3, 'type', 'x')).toBe(true)
    expect(fake.choices).toEqual([{ plan: 'p1', n: 3, do: 'type', to: 'x' }])
    expect(convert.view.get().plan?.open).toBe(0)
    expect(await convert.apply()).toBe(true)
    expect(convert.view.get()).toMatchObject({ plan: null, job: 7 })
    expect(convert.rows.plan).toBe('')
    convert.forget()
    expect(convert.view.get().job).toBe(0)
  })

  it('knows that its plan is of another rule, until the rule is that one again', async () => {
    const convert = new Convert(new Fake())
    await convert.preview()
    expect(convert.isOutdated()).toBe(false)
    convert.set({ owned: true })
    expect(convert.isOutdated()).toBe(true)
    convert.set({ owned: false })
    expect(convert.isOutdated()).toBe(false)
    convert.set({ owned: true })
    await convert.open('elsewhere')
    expect(convert.isOutdated()).toBe(false)
  })

  it('is told by a page of rows only what is new: how the plan stands, not that rows have come', async () => {
    const fake = new Fake()
    const convert = new Convert(fake)
    await convert.preview()
    const told: number[] = []
    convert.view.subscribe(() => told.push(convert.view.get().plan?.open ?? -1))
    const stop = convert.rows.show()
    const came = () => new Promise((resolve) => setTimeout(resolve))
    await came()
    expect(convert.rows.view.get().total).toBe(0)
    expect(told).toEqual([])
    fake.choices.push({ plan: 'p1', n: 0, do: 'skip', to: '' }) // settled elsewhere
    convert.rows.refresh()
    await came()
    expect(told).toEqual([0])
    stop()
  })

  it('does one thing at a time, keeps the plan when the next fails, and says why', async () => {
    const fake = new Fake()
    const convert = new Convert(fake)
    const first = convert.preview()
    expect(await convert.preview()).toBe(false)
    await first
    fake.refuses = true
    expect(await convert.preview()).toBe(false)
    expect(convert.view.get()).toMatchObject({ plan: { plan: 'p1' }, failed: { work: 'plan', error: { code: 'BAD_QUERY' } } })
    convert.set({ to: 'mailbox' })
    expect(convert.view.get().failed).toBeNull()
  })
})
