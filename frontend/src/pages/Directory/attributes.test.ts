// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { attributeGroups } from './attributes'
import { choicesFrom } from './columns'

describe('attributes', () => {
  it('stand under their schema, the core first', () => {
    const groups = attributeGroups([
      { path: 'urn:x:2.0:User:badge', value: '7' },
      { path: 'title', value: 'Lead' },
      { path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Sales' },
      { path: 'active', value: 'true' },
    ])
    expect(groups.map((g) => [g.kind, g.attributes.map((a) => a.path)])).toEqual([
      ['core', ['title', 'active']],
      ['custom', ['badge']],
      ['enterprise', ['department']],
    ])
  })
})

describe('kept columns', () => {
  const defaults = [{ id: 'name', shown: true }, { id: 'email', shown: true }, { id: 'id', shown: false }]
  it('keep order and choice', () => {
    const kept = [{ id: 'id', shown: true }, { id: 'name', shown: true }, { id: 'email', shown: false }]
    expect(choicesFrom(kept, defaults)).toEqual(kept)
  })
  it('lose what is unknown or twice, gain what is new, and never lose the name', () => {
    const kept = [{ id: 'name', shown: false }, { id: 'old', shown: true }, { id: 'id', shown: true }, { id: 'id', shown: false }]
    expect(choicesFrom(kept, defaults)).toEqual([{ id: 'name', shown: true }, { id: 'email', shown: true }, { id: 'id', shown: true }])
  })
  it.each([null, 'x', {}, [null, 7, { id: 3, shown: true }]])('are the usual ones where %j was kept', (kept) => {
    expect(choicesFrom(kept, defaults)).toEqual(defaults)
  })
})
