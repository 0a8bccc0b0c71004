import { describe, expect, it } from 'vitest'
import { attributeOf, splitPath } from './attributes'

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

describe('a path', () => {
  it.each([
    ['name.givenName', '', 'name.givenName'],
    ['emails[type eq "work"].value', '', 'emails[type eq "work"].value'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'manager.value'],
    ['urn:x:2.0:User:tags[type eq "a:b"].value', 'urn:x:2.0:User', 'tags[type eq "a:b"].value'],
    ['note:odd', '', 'note:odd'],
  ])('is taken apart: %s', (path, urn, name) => expect(splitPath(path)).toEqual({ urn, name }))
})
