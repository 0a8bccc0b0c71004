// @vitest-environment jsdom
import { expect, it } from 'vitest'
import type { Preferences } from '../api/types'
import { chooseSingleKeys, language, loadPreferences, remembered, singleKeys, theme } from './preferences'

it('takes what is kept even when it comes late, but leaves what was chosen meanwhile', async () => {
  let come = (_: Preferences): void => undefined
  const kept = new Promise<Preferences>((resolve) => (come = resolve))
  await loadPreferences(0, () => kept)
  expect([theme.get(), language.get(), remembered('people')]).toEqual(['system', 'en', null])

  theme.set('light')
  chooseSingleKeys(true)
  come({ theme: 'dark', language: 'de', views: [{ name: 'people', state: '[1]' }, { name: 'single-keys', state: 'false' }, { name: 'torn', state: '{' }] })
  await kept
  await Promise.resolve()
  expect([theme.get(), language.get(), remembered('people'), remembered('torn'), singleKeys.get()]).toEqual(['light', 'de', [1], null, true])
})

it('goes on without what can not be read', async () => {
  await loadPreferences(60_000, () => Promise.reject(new Error('no')))
  expect(remembered('nothing')).toBeNull()
})
