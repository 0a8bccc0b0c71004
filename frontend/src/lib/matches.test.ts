import { describe, expect, it } from 'vitest'
import { matches } from './matches'

const show = (text: string, search: string) => matches(text, search).map((p) => (p.match ? `[${p.text}]` : p.text)).join('')

describe('matches', () => {
  it.each([
    ['Anna Berg', 'berg anna', '[Anna] [Berg]'],
    ['Jürgen Ärmel', 'jurgen arm', '[Jürgen] [Ärm]el'],
    ['Straße', 'strass', '[Straß]e'],
    ['Ärzte', 'ä', '[Ä]rzte'],
    ['aaa', 'aa', '[aa]a'],
    ['aaab', 'aa aab', '[aaab]'],
    ['𝒜nna x', 'x', '𝒜nna [x]'],
    ['Anna', '', 'Anna'],
    ['', 'x', ''],
    ['Anna', '   ', 'Anna'],
  ])('finds in %j the words of %j', (text, search, shown) => expect(show(text, search)).toBe(shown))
})
