// @vitest-environment jsdom
import { FluentProvider, webLightTheme } from '@fluentui/react-components'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, it, vi } from 'vitest'
import { startTexts } from '../locales'
import { Unseen } from '../state/unseen'

it('leaves the focus on a page whose failures come to be told', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }))
  startTexts('en')
  const { Navigation } = await import('./Navigation')
  const unseen = new Unseen(vi.fn())
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  act(() => root.render(<FluentProvider theme={webLightTheme}><Navigation at="overview" unseen={unseen} /></FluentProvider>))
  const button = [...document.querySelectorAll('button')].find((el) => el.textContent === 'Activity')
  act(() => button?.focus())
  act(() => unseen.count.set(3))
  expect(document.activeElement).toBe(button)
  expect(button?.getAttribute('aria-label')).toContain('3')
  act(() => root.unmount())
})
