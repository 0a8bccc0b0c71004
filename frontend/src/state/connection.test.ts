import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../api/errors'
import type { Connection, ConnectionSettings } from '../api/types'
import { ConnectionStore, fieldsOf, pastedToken, tokenFault } from './connection'

const settings: ConnectionSettings = {
  way: 'none', domain: '', proxy: '', edgePolicy: true, entraOnly: false, publicUrl: '', certFile: '', keyFile: '', trustedProxies: '', keepAwake: false,
  allNight: '', plan: 'free', fixed: '',
}
const made = (change: Partial<ConnectionSettings> = {}) => ({ address: '', settings: { ...settings, ...change } }) as Connection

/** A backend that keeps what it is told, and says in which order it was asked. */
function backend() {
  let now = made()
  const asked: string[] = []
  const done = (name: string) => vi.fn(async () => void asked.push(name))
  return {
    asked,
    connection: vi.fn(async () => now),
    saveConnection: vi.fn(async (s: ConnectionSettings) => {
      asked.push('saveConnection')
      return (now = { ...now, settings: s })
    }),
    saveAuthtoken: vi.fn(async (_secret: string, place: 'keychain' | 'file') => void asked.push(`saveAuthtoken ${place}`)),
    forgetAuthtoken: done('forgetAuthtoken'),
    startTunnel: done('startTunnel'),
    stopTunnel: done('stopTunnel'),
    reconnect: done('reconnect'),
    settleAddress: done('settleAddress'),
  }
}

describe('the connection', () => {
  let api: ReturnType<typeof backend>
  let store: ConnectionStore
  beforeEach(async () => {
    api = backend()
    store = new ConnectionStore(api)
    await store.load('a')
  })

  it('saves a chosen way with what is typed for it, and keeps what is typed for another', async () => {
    store.chooseWay('own')
    store.type('publicUrl', ' https://desk.contoso.example ')
    store.type('domain', 'desk.ngrok.example')
    expect(await store.saveWay('own')).toBe(true)
    expect(api.saveConnection).toHaveBeenCalledWith({ ...settings, way: 'own', publicUrl: 'https://desk.contoso.example' })
    expect(store.state.get().typed).toEqual({ domain: 'desk.ngrok.example' })
    expect(store.state.get().way).toBeNull()
    expect(store.way()).toBe('own')
  })

  it('loses nothing on an error, says which field it is about, and forgets that when it is changed', async () => {
    api.saveConnection.mockRejectedValueOnce(new ApiError('BAD_SETTING', 'Nothing was changed: publicUrl must be an https address.'))
    store.chooseWay('own')
    store.type('publicUrl', 'desk')
    store.type('certFile', '/etc/desk.pem')
    expect(await store.saveWay('own')).toBe(false)
    const { failed, typed, way, working } = store.state.get()
    expect([failed?.work, failed && fieldsOf(failed.error), typed, way, working]).toEqual(['own', ['publicUrl'], { publicUrl: 'desk', certFile: '/etc/desk.pem' }, 'own', null])
    store.type('certFile', '/etc/other.pem')
    expect(store.state.get().failed).not.toBeNull()
    store.type('publicUrl', 'https://desk.contoso.example')
    expect(store.state.get().failed).toBeNull()
  })

  it('keeps the authtoken first, then goes by ngrok, and never holds the token', async () => {
    store.type('domain', 'desk.ngrok.example')
    expect(await store.saveToken('2abcSECRET_xyz', 'file')).toBe(true)
    expect(api.asked).toEqual(['saveAuthtoken file', 'saveConnection'])
    expect(store.state.get().saved?.settings).toMatchObject({ way: 'ngrok', domain: 'desk.ngrok.example' })
    expect(JSON.stringify(store.state.get())).not.toContain('SECRET')
    await store.saveToken('2otherSECRET', 'keychain')
    expect(api.asked.slice(2)).toEqual(['saveAuthtoken keychain'])
  })

  it('changes nothing of the way when the authtoken could not be kept', async () => {
    api.saveAuthtoken.mockRejectedValueOnce(new ApiError('INTERNAL', 'no'))
    expect(await store.saveToken('2abc', 'keychain')).toBe(false)
    expect(api.saveConnection).not.toHaveBeenCalled()
    expect(store.state.get().failed?.work).toBe('token')
  })

  it('does one thing at a time', async () => {
    const first = store.reconnect()
    expect(await store.stop()).toBe(false)
    expect(await first).toBe(true)
    expect(api.asked).toEqual(['reconnect'])
  })

  it('gives up what was typed when another folder is in view, and drops a late answer', async () => {
    store.type('domain', 'desk.ngrok.example')
    let answer = (_: Connection) => {}
    api.connection.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
    const late = store.load('a')
    await store.load('b')
    answer(made({ way: 'ngrok' }))
    await late
    expect(store.state.get().typed).toEqual({})
    expect(store.way()).toBe('none')
  })

  it('says why it could not be read, and shows what was known', async () => {
    api.connection.mockRejectedValueOnce(new ApiError('CALL_TIMEOUT', ''))
    await store.load('a')
    expect(store.state.get().error?.code).toBe('CALL_TIMEOUT')
    expect(store.state.get().saved).not.toBeNull()
  })
})

describe('a pasted authtoken', () => {
  it.each([
    ['  2abc_def\n', '2abc_def', null],
    ['ngrok config add-authtoken 2abc_def', '2abc_def', null],
    ['authtoken: 2abc_def', '2abc_def', null],
    ['', '', 'missing'],
    ['my token please', 'my token please', 'words'],
    ['https://dashboard.ngrok.com', 'https://dashboard.ngrok.com', 'words'],
    ['cr_2abcdef', 'cr_2abcdef', 'credential'],
  ])('%j is read as %j', (text, token, fault) => {
    expect([pastedToken(text), tokenFault(text)]).toEqual([token, fault])
  })
})
