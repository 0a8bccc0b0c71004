// @vitest-environment jsdom
import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import { speak, startTexts } from '../../../locales'
import { reasonTexts } from './words'

describe('why a row becomes what it becomes', () => {
  beforeAll(() => startTexts('de'))
  const why = (code: string, what: string[], said: string[]) => ({ reason: 'in English', reasons: [{ code, what, said }] })

  it('is said in the language of the page, with what attributes are called in it', () => {
    const row = { reason: '', reasons: [...why('KEEPS_ID', [], ['$t(a.berg)']).reasons, ...why('NO_MANAGER', [], ['{{b}}', 'x']).reasons] }
    expect(reasonTexts(i18next.t, row)).toEqual(['Ist hier als $t(a.berg) bekannt und behält diese User-ID.', 'Vorgesetzte(r) {{b}} ist nicht bekannt und bleibt weg.'])
    expect(reasonTexts(i18next.t, why('SAME_KEY', ['localId'], ['2', '4711']))).toEqual(['Zeile 2 hat hier denselben Wert: Lokale ID 4711.'])
    speak('en')
    expect(reasonTexts(i18next.t, why('KEYS_DIFFER', ['email', 'userName'], ['a@x.example', 'Anna', 'b', 'Ben']))).toEqual(['Two are meant: Anna by Work e-mail a@x.example, and Ben by User ID b.'])
  })

  it('is said in the words of a newer backend that has reasons of its own', () => {
    expect(reasonTexts(i18next.t, why('SOMETHING_NEW', [], []))).toEqual(['in English'])
  })
})
