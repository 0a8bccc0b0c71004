import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { knownCodes } from '../api/errors'
import de from './de'
import en from './en'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flat(value, `${path}${key}.`),
  )
}

const holes = (text: string) => [...text.matchAll(/{{\w+}}/g)].map(String).sort()

describe('the catalogues', () => {
  it('have the same keys, with the same holes, and none is empty', () => {
    const german = new Map(flat(de))
    expect([...german.keys()].sort()).toEqual(flat(en).map(([key]) => key).sort())
    for (const [key, text] of flat(en)) {
      expect(text.trim(), key).not.toBe('')
      expect(german.get(key)?.trim(), key).not.toBe('')
      expect(holes(german.get(key) ?? ''), key).toEqual(holes(text))
    }
  })

  it('have a sentence and an advice for each code', () => {
    expect(Object.keys(en.errors).sort()).toEqual([...knownCodes].sort())
  })

  it('know every code that the backend can give', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../backend/errors.go'), 'utf8')
    const given = [...source.matchAll(/fault{"([A-Z_]+)"/g)].map(([, code]) => code)
    expect(given.length).toBeGreaterThan(3)
    expect(knownCodes).toEqual(expect.arrayContaining(given))
  })
})

describe('the texts of a self-check', () => {
  it('know every code that it can give, and no other', () => {
    const backend = join(import.meta.dirname, '../../../backend')
    const files = [join(backend, 'check.go'), ...['check', 'checktls', 'checkanswer', 'checkperson'].map((f) => join(backend, `entra/${f}.go`))]
    const given = files.flatMap((f) => [...readFileSync(f, 'utf8').matchAll(/"(CHECK_[A-Z0-9_]+)"/g)].map(([, code]) => code))
    expect(Object.keys(en.check.codes).sort()).toEqual([...new Set(given)].sort())
  })
})

describe('the sources', () => {
  it('have no text of their own', () => {
    const src = join(import.meta.dirname, '..')
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.tsx') && !f.endsWith('.test.tsx'))
    expect(files.length).toBeGreaterThan(8)
    for (const file of files) {
      const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
      expect(text.match(/(?<!=)>\s*[A-Za-z][\w ,.']+\s*<\/|(?:aria-label|title|label|placeholder)="[^"]+"/g), file).toBeNull()
    }
  })
})
