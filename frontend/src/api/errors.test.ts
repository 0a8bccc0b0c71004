import { describe, expect, it } from 'vitest'
import { errorKey, toApiError } from './errors'

describe('errors', () => {
  it('reads what the backend formats, as Wails wraps it', () => {
    const e = toApiError(new Error('{"code":"PORT_BUSY","message":"taken"}'))
    expect([e.code, e.message]).toEqual(['PORT_BUSY', 'taken'])
  })
  it.each(['boom', '[object Object]', '{"half', '42', 'null'])('keeps %j as the text of an internal error', (text) => {
    expect(toApiError(new Error(text))).toMatchObject({ code: 'INTERNAL', message: text })
  })
  it('shows a code it does not know as internal', () => {
    expect(errorKey('NEWER_THAN_THIS')).toBe('errors.INTERNAL')
    expect(errorKey('DB_FULL')).toBe('errors.DB_FULL')
  })
})
