// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import type { Forecast as Made, ForecastFix, ForecastFixed, ForecastPage, ForecastRequest } from '../api/types'
import { Forecast } from './forecast'

/** A backend that keeps what it was asked, and answers when it is let. */
class Fake {
  readonly asked: ForecastRequest[] = []
  readonly fixes: ForecastFix[] = []
  refuses = ''
  gate: Promise<void> = Promise.resolve()
  sent = 0

  makeForecast = async (request: ForecastRequest): Promise<Made> => {
    this.asked.push(request)
    await this.gate
    if (this.refuses !== '') throw new Error(`{"code":"${this.refuses}","message":"no"}`)
    return { plan: `f${this.asked.length}`, total: 0, counts: [], matching: ['userName'], format: 'classic', unknown: [], green: true, twice: 0, fix: '', mends: 0,
      withGroups: request.groups !== '', groups: [], groupsTotal: 0, groupsBy: [], groupsTwice: 0, groupsUnknown: [] }
  }
  forecastRows = async (): Promise<ForecastPage> => ({ total: 0, rows: [] }) as unknown as ForecastPage
  forecastGroups = this.forecastRows
  fixForecast = async (fix: ForecastFix): Promise<ForecastFixed> => {
    this.fixes.push(fix)
    await this.gate
    if (this.refuses !== '') throw new Error(`{"code":"${this.refuses}","message":"no"}`)
    return { plan: fix.fix === 'convert' ? 'c1' : '', job: fix.fix === 'convert' ? 0 : 4 }
  }
  putUpload = async () => ({ id: `u${++this.sent}`, name: '', size: 0 })
  dropUpload = async () => {}

  hold(): () => void {
    let open = () => {}
    this.gate = new Promise((resolve) => {
      open = resolve
    })
    return open
  }
}

const file = { name: 'users.csv', text: 'x' }

describe('a forecast', () => {
  it('is made of the files and what is matched by, and again of the same', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    await forecast.put('users', file)
    await forecast.put('scope', file)
    forecast.set('externalId,userName')
    forecast.setGroups('externalId,displayName')
    await forecast.make()
    expect(fake.asked[0]).toEqual({ users: 'u1', scope: 'u2', groups: '', matching: ['externalId', 'userName'], groupsBy: ['externalId', 'displayName'] })
    expect(forecast.rows.plan).toBe('f1')
    await forecast.make()
    expect(fake.asked[1]).toEqual(fake.asked[0])
    expect(forecast.rows.plan).toBe('f2')
  })

  it('goes when it would be about something else', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    await forecast.put('users', file)
    const changes = [() => forecast.set('externalId'), () => forecast.setGroups('externalId'), () => forecast.drop('scope'), () => void forecast.put('groups', file), () => forecast.forget()]
    for (const change of changes) {
      await forecast.make()
      expect(forecast.view.get().made).not.toBeNull()
      change()
      expect(forecast.view.get().made).toBeNull()
      expect(forecast.rows.plan).toBe('')
    }
    const open = fake.hold()
    const made = forecast.make()
    forecast.set('')
    open()
    await made
    expect(forecast.view.get()).toMatchObject({ made: null, working: false, matching: '' })
  })

  it('has groups beside the people where their list was given', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    await forecast.put('users', file)
    await forecast.make()
    forecast.show('groups')
    expect(forecast.view.get().shown).toBe('people')
    await forecast.put('groups', file)
    await forecast.make()
    forecast.show('groups')
    expect(forecast.groupRows.plan).toBe('f2')
    await forecast.make()
    expect(forecast.view.get().shown).toBe('groups')
    expect(forecast.groupRows.plan).toBe('f3')
    forecast.drop('groups')
    expect(forecast.view.get().shown).toBe('people')
    expect(forecast.groupRows.plan).toBe('')
  })

  it('stays when it can not be made again, and says why', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    await forecast.put('users', file)
    await forecast.make()
    fake.refuses = 'BAD_FILE'
    await forecast.make()
    expect(forecast.view.get()).toMatchObject({ made: { plan: 'f1' }, working: false, error: { code: 'BAD_FILE' } })
  })

  it('is mended by a plan of user IDs or by a job', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    expect(await forecast.fix('convert')).toBe('')
    await forecast.put('users', file)
    await forecast.make()
    expect(await forecast.fix('convert', [3])).toBe('c1')
    expect(await forecast.fix('external-id')).toBe('')
    expect(forecast.view.get()).toMatchObject({ job: 4, fixing: false })
    expect(fake.fixes).toEqual([{ plan: 'f1', fix: 'convert', n: [3] }, { plan: 'f1', fix: 'external-id', n: [] }])
    fake.refuses = 'JOB_RUNNING'
    expect(await forecast.fix('external-id')).toBe('')
    expect(forecast.view.get()).toMatchObject({ fixing: false, fixError: { code: 'JOB_RUNNING' } })
  })

  it('leads nowhere when it was left while it was being mended', async () => {
    const fake = new Fake()
    const forecast = new Forecast(fake)
    await forecast.put('users', file)
    await forecast.make()
    const open = fake.hold()
    const plan = forecast.fix('convert')
    forecast.forget()
    open()
    expect(await plan).toBe('')
    expect(forecast.view.get()).toMatchObject({ made: null, fixing: false, job: 0 })
  })
})
