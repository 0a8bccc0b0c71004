import { describe, expect, it } from 'vitest'
import { difference } from './difference'

describe('the difference of two texts', () => {
  it.each([
    ['a.berg', 'anna.berg', { head: 'a', from: '', to: 'nna', tail: '.berg' }],
    ['', 'x', { head: '', from: '', to: 'x', tail: '' }],
    ['aa', 'aaa', { head: 'aa', from: '', to: 'a', tail: '' }],
    ['same', 'same', { head: 'same', from: '', to: '', tail: '' }],
    ['Anna', 'anna', { head: '', from: 'A', to: 'a', tail: 'nna' }],
  ])('%s, %s', (from, to, parts) => expect(difference(from, to)).toEqual(parts))

  it('never parts a letter from its accents', () => {
    expect(difference('zoe\u0308', 'zoe')).toEqual({ head: 'zo', from: 'e\u0308', to: 'e', tail: '' })
  })
})
