import { describe, expect, it } from 'vitest'
import { asLines, layOut } from './json'

const pretty = (text: string) => {
  const lines = layOut(text)
  return lines && asLines(lines)
}

describe('JSON set out', () => {
  it('is what JSON.stringify would indent, where that can tell', () => {
    for (const value of [{}, [], { a: [1, -2.5e3, true, null], b: { c: 'x, {y}: "z" \\ é', d: [] }, e: {} }, [[[]]], ['{', ']']]) {
      expect(pretty(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
      expect(pretty(JSON.stringify(value, null, 1))).toBe(JSON.stringify(value, null, 2))
    }
  })

  it('changes no value: long numbers, doubled keys and spellings stay', () => {
    expect(pretty('{"id":12345678901234567890,"a":1.0,"a":"\\u00e9"}')).toBe('{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": "\\u00e9"\n}')
  })

  it('goes as far as a cut text goes', () => {
    expect(pretty('{"a":[1,{"b":"cut he')).toBe('{\n  "a": [\n    1,\n    {\n      "b": "cut he')
  })

  it('leaves alone what is no object or array', () => {
    for (const text of ['', 'plain', '"text"', '<html>']) expect(layOut(text)).toBeNull()
  })

  it('tells keys from values', () => {
    expect(layOut('{"a":"b","c":1,"d":true}')?.slice(1, 4).map((l) => l.tokens.map((t) => t.kind))).toEqual([
      ['key', 'mark', 'string', 'mark'], ['key', 'mark', 'number', 'mark'], ['key', 'mark', 'word'],
    ])
  })
})
