import { describe, expect, it } from 'vitest'
import { reach } from './address'

describe('reach', () => {
  it.each([
    ['', 'none'],
    ['http://127.0.0.1:8088/scim/v2', 'thisComputer'],
    ['http://[::1]:8088/scim/v2', 'thisComputer'],
    ['https://localhost/scim/v2', 'thisComputer'],
    ['http://192.168.1.20:8088/scim/v2', 'unencrypted'],
    ['https://desk.contoso.example/scim/v2', 'https'],
  ])('of %j is %s', (address, expected) => expect(reach(address)).toBe(expected))
})
