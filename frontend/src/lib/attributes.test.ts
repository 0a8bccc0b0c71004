import { describe, expect, it } from 'vitest'
import { attributeOf } from './attributes'

describe('attributeOf', () => {
  it.each([
    ['title', { word: 'title' }],
    ['name.givenName', { word: 'name' }],
    ['emails[type eq "work"].value', { word: 'emails' }],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', { word: 'department' }],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value', { word: 'manager' }],
    ['urn:ietf:params:scim:schemas:extension:contoso:2.0:User:badge', { name: 'badge' }],
    ['?', { name: '?' }],
  ])('of %j', (path, expected) => expect(attributeOf(path)).toEqual(expected))
})
