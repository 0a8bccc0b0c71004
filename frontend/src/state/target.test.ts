// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { TargetAttribute, TargetInfo, Targets } from '../api/types'
import de from '../locales/de/target.json'
import en from '../locales/en/target.json'
import { hashOf, parseRoute } from './route'
import { findingOf, gapsFirst, moves, noteOf, stepOf, stepPlaces, TargetStore } from './target'

const info = (id: string, basePath: string): TargetInfo => ({ id, name: id, basePath, address: '', groupKey: 'displayName', oneToken: false, roles: false, own: false, fault: '' })
const list = [info('generic', '/scim/v2'), info('evercate', '/scim'), info('eptura', '/scim/v1'), info('envoy', '/scim/v2')]
const saved = (active = 'generic'): Targets => ({ active, strict: false, administrator: '', actor: '', list, folder: '' })

const api = () => {
  let now = saved()
  return {
    targets: vi.fn(async () => now),
    saveTarget: vi.fn(async ({ id, strict, administrator }) => (now = { ...now, active: id, strict, administrator })),
    copyTarget: vi.fn(async (id: string) => info(`${id}-1`, '/scim')),
  }
}

describe('the choice of a target', () => {
  it('is what is saved with what was chosen since, and nothing once it is the same again', async () => {
    const store = new TargetStore(api())
    await store.load('a')
    store.choose({ id: 'eptura', strict: true })
    expect([store.choice(), store.isChanged()]).toEqual([{ id: 'eptura', strict: true, administrator: '' }, true])
    store.choose({ id: 'generic', strict: false })
    expect(store.isChanged()).toBe(false)
  })

  it('is saved whole, and is forgotten with another folder', async () => {
    const backend = api()
    const store = new TargetStore(backend)
    await store.load('a')
    store.choose({ id: 'evercate' })
    expect(await store.save()).toBe(true)
    expect(backend.saveTarget).toHaveBeenCalledWith({ id: 'evercate', strict: false, administrator: '' })
    expect([store.state.get().saved?.active, store.isChanged()]).toEqual(['evercate', false])
    store.choose({ strict: true })
    await store.load('b')
    expect(store.isChanged()).toBe(false)
  })

  it('stays when it could not be saved, with the reason', async () => {
    const backend = api()
    backend.saveTarget.mockRejectedValueOnce(new ApiError('GROUPS_COLLIDE', 'Sales, Sales'))
    const store = new TargetStore(backend)
    await store.load('a')
    store.choose({ id: 'evercate' })
    expect(await store.save()).toBe(false)
    expect([store.state.get().failed?.code, store.choice().id, store.state.get().working]).toEqual(['GROUPS_COLLIDE', 'evercate', null])
  })

  it('tells what Entra has to do about its Tenant URL', () => {
    const to = (from: string, id: string) => moves(saved(from), list.find((one) => one.id === id) ?? info('', ''))
    expect([to('generic', 'envoy'), to('generic', 'eptura'), to('evercate', 'eptura'), to('evercate', 'generic')]).toEqual(['not', 'soon', 'now', 'now'])
  })
})

describe('the table', () => {
  const line = (path: string, part: Partial<TargetAttribute>): TargetAttribute => ({
    type: 'User', path, source: '', kind: 'string', required: false, match: 0, apply: 'always', rule: '', note: '', seen: 'seen', count: 0, missing: 0, broken: 0, examples: [], ...part,
  })

  it('has gaps first, and the rest as the target has it', () => {
    const lines = [
      line('a', {}), line('b', { seen: 'never' }), line('c', { broken: 1 }), line('d', { required: true, missing: 2 }), line('e', { missing: 2 }), line('f', { seen: 'later' }),
    ]
    expect(lines.map(findingOf)).toEqual(['seen', 'never', 'broken', 'missing', 'seen', 'unknown'])
    expect(gapsFirst(lines).map(({ path }) => path)).toEqual(['d', 'c', 'b', 'a', 'e', 'f'])
  })
})

/** The tutorial of each target is walked: every step has a sentence in both languages, and a place in the window. */
describe.each(readdirSync('../backend/target').filter((name) => name.endsWith('.json')))('%s', (name) => {
  const target = JSON.parse(readFileSync(`../backend/target/${name}`, 'utf8')) as { steps: string[]; users: TargetAttribute[]; groups: TargetAttribute[] }

  it('has a sentence and a place for each step of its tutorial', () => {
    for (const code of target.steps) {
      const step = stepOf(code)
      expect(step, code).not.toBeNull()
      if (!step) continue
      expect([en.step[step], de.step[step]].every((text) => text.length > 4), code).toBe(true)
      const place = stepPlaces[step]
      expect(parseRoute(hashOf(place)).page, code).toBe(place.page)
    }
  })

  it('has a sentence for each of its notes', () => {
    for (const { note } of [...target.users, ...target.groups]) {
      if (note) expect(noteOf(note), note).not.toBeNull()
    }
  })
})
