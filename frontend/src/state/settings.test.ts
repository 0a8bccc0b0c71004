import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { Settings, SettingsChange } from '../api/types'
import { fieldOf, isWrong, SettingsDraft } from './settings'

const first: Settings = { listen: '127.0.0.1:8088', listenFixed: '', requestDays: 90, deletedDays: 0, folder: '/data', size: 1, requests: 2 }

async function loaded(of: Partial<Settings> = {}) {
  const kept = { ...first, ...of }
  const settings = vi.fn(async () => ({ ...kept }))
  const saveSettings = vi.fn(async (change: SettingsChange) => Object.assign(kept, change))
  const draft = new SettingsDraft({ settings, saveSettings })
  await draft.load()
  return { draft, kept, saveSettings }
}

describe('the settings while they are changed', () => {
  it('keep what was typed when they are read again', async () => {
    const { draft, kept } = await loaded()
    draft.type('requestDays', '30')
    kept.size = 5
    await draft.load()
    expect(draft.value('requestDays')).toBe('30')
    expect(draft.state.get().saved?.size).toBe(5)
  })

  it('forget what was typed for another folder', async () => {
    const { draft, kept } = await loaded()
    draft.type('requestDays', '30')
    kept.folder = '/other'
    await draft.load()
    expect(draft.value('requestDays')).toBe('90')
    expect(draft.isTyped('keep')).toBe(false)
  })

  it('save a section and leave the other as it is saved, and as it is typed', async () => {
    const { draft, saveSettings } = await loaded()
    draft.type('listen', '127.0.0.1:9000')
    draft.type('requestDays', ' 30 ')
    await draft.save('keep')
    expect(saveSettings).toHaveBeenCalledWith({ listen: '127.0.0.1:8088', requestDays: 30, deletedDays: 0 })
    expect(draft.isTyped('keep')).toBe(false)
    expect(draft.value('listen')).toBe('127.0.0.1:9000')
  })

  it('keep what was typed when it could not be saved, and say which field it was', async () => {
    const { draft, saveSettings } = await loaded()
    saveSettings.mockRejectedValueOnce(new ApiError('BAD_SETTING', 'Nothing was changed: deletedDays must be less.'))
    draft.type('deletedDays', '7')
    expect(await draft.save('keep')).toBeNull()
    const { failed, saving } = draft.state.get()
    expect(saving).toBeNull()
    expect(failed && fieldOf(failed)).toBe('deletedDays')
    expect(draft.value('deletedDays')).toBe('7')
    draft.type('deletedDays', '8')
    expect(draft.state.get().failed).toBeNull()
  })

  it('keep what is typed while they are being saved', async () => {
    const { draft, saveSettings } = await loaded()
    draft.type('requestDays', '30')
    draft.type('deletedDays', '7')
    const saving = draft.save('keep')
    draft.type('requestDays', '31')
    await saving
    expect(saveSettings).toHaveBeenCalledWith({ listen: '127.0.0.1:8088', requestDays: 30, deletedDays: 7 })
    expect(draft.value('requestDays')).toBe('31')
    expect(draft.value('deletedDays')).toBe('7')
    expect(draft.state.get().typed).toEqual({ requestDays: '31' })
  })

  it('send nothing that is wrong, and nothing twice', async () => {
    const { draft, saveSettings } = await loaded()
    draft.type('requestDays', '9999')
    await draft.save('keep')
    expect(saveSettings).not.toHaveBeenCalled()
    draft.type('requestDays', '9')
    await Promise.all([draft.save('keep'), draft.save('keep')])
    expect(saveSettings).toHaveBeenCalledTimes(1)
  })

  it('tell what removes something: fewer days, or days in place of for ever', async () => {
    const { draft } = await loaded()
    draft.type('requestDays', '120')
    expect(draft.shortened()).toEqual([])
    draft.type('requestDays', '0')
    expect(draft.shortened()).toEqual([])
    draft.type('requestDays', '30')
    draft.type('deletedDays', '365')
    expect(draft.shortened()).toEqual([{ field: 'requestDays', days: 30 }, { field: 'deletedDays', days: 365 }])
  })
})

describe('what can be saved', () => {
  it('is host and port, and whole days', () => {
    for (const good of ['127.0.0.1:8088', '[::1]:1', 'localhost:65535', ' 127.0.0.1:80 ']) expect(isWrong('listen', good), good).toBe(false)
    for (const bad of ['', '8088', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', 'a b:80', ':80']) expect(isWrong('listen', bad), bad).toBe(true)
    for (const good of ['0', '3650', '07']) expect(isWrong('requestDays', good), good).toBe(false)
    for (const bad of ['', '-1', '1.5', '3651', 'ten']) expect(isWrong('deletedDays', bad), bad).toBe(true)
  })
})
