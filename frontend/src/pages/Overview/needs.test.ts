import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../api/types'
import { needs } from './needs'

const now = Date.parse('2026-03-02T12:00:00.000Z')
const none = { exists: false, id: '', lastFour: '', created: '', lastUsed: '', lastRefused: '', ended: '', expires: '' }
const well = {
  listener: { serving: true, since: '', listen: '127.0.0.1:8088', code: '', message: '' },
  database: { state: 'ok', since: '', detail: '' },
  token: { ...none, exists: true, id: '1', created: '2026-03-02T08:00:00.000Z' }, oldToken: none, oauth: false,
  lastEntra: '2026-03-02T11:50:00.000Z', lastVia: 'proxy', lastToken: '1', lastLocal: '',
  refused: { at: '', remote: '', detail: '', lastFour: '', ended: '', activity: 0 },
  sample: false, tunnel: { way: 'none', state: '' }, changed: { old: '', new: '', at: '' }, check: { running: false, finished: '', ok: false, failed: '' },
  job: { seq: 7, state: 'running', code: '', fault: '' }, handover: { at: '', code: '', fault: '' },
} as unknown as Snapshot
const quiet = { failures: 0, refused: 0, hours: [] }

describe('what needs attention', () => {
  it('is nothing while all goes', () => {
    expect(needs(well, false, quiet, now)).toEqual([])
  })

  it('names a job that stands still, with why and the way to it', () => {
    const found = needs({ ...well, job: { ...well.job, code: 'DB_FULL', fault: 'full' } }, false, quiet, now)
    expect(found).toMatchObject([{ kind: 'job', to: { page: 'tools', id: 'journal', tab: '7' }, fault: { code: 'DB_FULL', message: 'full' } }])
  })

  it('names a hand-over that was due and not made', () => {
    const handover = { at: '2026-03-02T02:00:00.000Z', code: 'EXPORT_FAILED', fault: 'the folder is gone' }
    const found = needs({ ...well, handover }, false, quiet, now)
    expect(found).toMatchObject([{ kind: 'handover', to: { page: 'tools', id: 'handover' }, at: handover.at, fault: { code: 'EXPORT_FAILED', message: handover.fault } }])
    expect(needs({ ...well, handover }, true, quiet, now)).toEqual([])
  })
})
