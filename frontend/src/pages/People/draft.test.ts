import { describe, expect, it } from 'vitest'
import type { Person } from '../../api/types'
import { draftOf, editOf } from './draft'

const anna = {
  id: 'a', version: 3, mark: 'm', localId: 'a.berg', role: '', note: '', protected: false, entra: false,
  attributes: [{ path: 'userName', value: 'anna' }, { path: 'title', value: 'Clerk' }, { path: 'active', value: 'true' }],
} as unknown as Person

describe('a draft of a person', () => {
  it('sends what was changed of somebody made here, and nothing else', () => {
    const draft = draftOf(anna)
    draft.localId = 'a.b'
    draft.values.title = ' '
    draft.values.displayName = ' Anna Berg '
    expect(editOf(draft, anna)).toEqual({
      id: 'a', version: 3, mark: 'm', localId: 'a.b', role: '', note: '', protected: false,
      values: [{ path: 'displayName', value: 'Anna Berg' }, { path: 'title', value: '' }],
    })
  })

  it('sends no values of somebody whom Entra has written', () => {
    const entras = { ...anna, entra: true }
    const draft = draftOf(entras)
    draft.values.title = 'Lead'
    expect(editOf(draft, entras)).toMatchObject({ version: 3, mark: 'm', values: [] })
  })

  it('of nobody is active, and sends what was filled in', () => {
    const draft = draftOf(null)
    draft.values.userName = 'new@office.example'
    expect(editOf(draft, null)).toMatchObject({ id: '', version: 0, values: [{ path: 'userName', value: 'new@office.example' }, { path: 'active', value: 'true' }] })
  })
})
