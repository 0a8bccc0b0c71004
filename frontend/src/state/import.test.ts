// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import type { ImportLook, ImportPage, ImportPlan, ImportSource, JobInfo } from '../api/types'
import { doubled, Import, names } from './import'

const look = (...attributes: string[]): ImportLook => ({ columns: attributes.map((attribute, column) => ({ column, attribute, header: '', samples: [] })), rows: 1 }) as unknown as ImportLook
const columnsOf = (source: ImportSource | undefined) => source?.columns.map(({ column, attribute }) => `${column} ${attribute}`)

/** A backend that keeps what it was asked, and answers when it is let. */
class Fake {
  readonly looks: ImportSource[] = []
  readonly plans: ImportSource[] = []
  readonly dropped: string[] = []
  refuses = ''
  gate: Promise<void> = Promise.resolve()
  sent = 0

  lookAtImport = async (source: ImportSource): Promise<ImportLook> => {
    this.looks.push(source)
    await this.gate
    if (this.refuses !== '') throw new Error(`{"code":"${this.refuses}","message":"no"}`)
    return look('userName', '')
  }
  planImport = async (source: ImportSource): Promise<ImportPlan> => {
    this.plans.push(source)
    const name = `p${this.plans.length}`
    await this.gate
    return { plan: name, kind: source.kind, total: 1, counts: [], change: 1 } as unknown as ImportPlan
  }
  importRows = async (): Promise<ImportPage> => ({ total: 0, rows: [] }) as unknown as ImportPage
  applyImport = async (): Promise<JobInfo> => {
    if (this.refuses !== '') throw new Error(`{"code":"${this.refuses}","message":"no"}`)
    return { seq: 9 } as JobInfo
  }
  putUpload = async () => ({ id: `u${++this.sent}`, name: '', size: 0 })
  dropUpload = async (id: string) => {
    this.dropped.push(id)
  }

  /** Holds answers back until the function that it gives is called. */
  hold(): () => void {
    let open = () => {}
    this.gate = new Promise((resolve) => {
      open = resolve
    })
    return open
  }
}

const text = { name: 'a.csv', text: 'x' }

describe('a mapping of columns', () => {
  it('names who a row is, and no attribute twice', () => {
    expect(doubled({ 0: 'userName', 1: 'userName', 2: '', 3: '' })).toEqual(['userName'])
    expect(names('people', { 0: 'displayName' })).toBe(false)
    expect(names('people', { 0: 'email' })).toBe(true)
    expect(names('groups', { 0: 'displayName' })).toBe(true)
  })
})

describe('an import', () => {
  it('goes from a file over its columns and a plan to a job, and forgets the file', async () => {
    const fake = new Fake()
    const task = new Import(fake)
    await task.put(text)
    expect(task.view.get().mapping).toEqual({ 0: 'userName', 1: '' })
    task.map(1, 'localId')
    expect(await task.preview()).toBe(true)
    expect(columnsOf(fake.plans[0])).toEqual(['0 userName', '1 localId'])
    await task.apply()
    expect(task.view.get()).toMatchObject({ look: null, plan: null, working: null, job: 9 })
    expect(fake.dropped).toEqual(['u1'])
    task.next()
    expect(task.view.get().job).toBe(0)
  })

  it('keeps the plan and says why when it can not be begun', async () => {
    const fake = new Fake()
    const task = new Import(fake)
    await task.put(text)
    await task.preview()
    fake.refuses = 'PLAN_GONE'
    expect(await task.apply()).toBe(false)
    expect(task.view.get()).toMatchObject({ plan: { plan: 'p1' }, working: null, error: { code: 'PLAN_GONE' }, job: 0 })
    task.back()
    expect(task.view.get()).toMatchObject({ plan: null, error: null, look: { rows: 1 } })
  })

  it('waits for no plan of a mapping that has changed since', async () => {
    const fake = new Fake()
    const task = new Import(fake)
    await task.put(text)
    for (const change of [() => task.map(1, 'email'), () => task.set({ existing: 'overwrite' })]) {
      const open = fake.hold()
      const planned = task.preview()
      change()
      open()
      expect(await planned).toBe(false)
      expect(task.view.get()).toMatchObject({ plan: null, working: null })
    }
    await task.preview()
    expect(fake.plans.at(-1)).toMatchObject({ existing: 'overwrite' })
  })

  it('takes no list of a server for that of another', async () => {
    const fake = new Fake()
    const task = new Import(fake)
    task.set({ from: 'server' })
    task.set({ url: ' https://one.example/scim ', token: ' s ' })
    const open = fake.hold()
    const read = task.look()
    task.set({ url: 'https://two.example/scim' })
    open()
    expect(await read).toBe(false)
    expect(task.view.get()).toMatchObject({ look: null, working: null })
    expect(fake.looks[0]).toMatchObject({ url: 'https://one.example/scim', token: 's', upload: '' })
  })

  it('keeps the token no longer than the source', async () => {
    const fake = new Fake()
    const task = new Import(fake)
    task.set({ from: 'server', url: 'https://one.example/scim', token: 's' })
    await task.look()
    task.clear()
    expect(task.view.get().form).toMatchObject({ from: 'server', url: 'https://one.example/scim', token: '' })
    task.set({ token: 's' })
    await task.look()
    await task.preview()
    await task.apply()
    expect(task.view.get().form.token).toBe('')
    task.set({ token: 's' })
    fake.refuses = 'BAD_SERVER'
    expect(await task.look()).toBe(false)
    expect(task.view.get()).toMatchObject({ look: null, error: { code: 'BAD_SERVER' }, form: { token: 's' } })
  })
})
