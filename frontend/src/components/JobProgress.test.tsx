// @vitest-environment jsdom
import { FluentProvider, webLightTheme } from '@fluentui/react-components'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { startTexts } from '../locales'
import { JobProgress, type Progress } from './JobProgress'

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('ResizeObserver', class {
    observe() {}
    unobserve() {}
    disconnect() {}
  })
})

const running: Progress = { kind: 'convert', state: 'running', total: 40, done: 10, failed: 0, undone: 0, refused: 0, code: '', fault: '' }

function shown(job: Progress): string {
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  act(() => root.render(<FluentProvider theme={webLightTheme}><JobProgress job={job} /></FluentProvider>))
  const text = document.body.textContent ?? ''
  act(() => root.unmount())
  document.body.replaceChildren()
  return text
}

describe('the progress of a job', () => {
  it('says why it stands still, what to do, and that it goes on by itself', () => {
    startTexts('en')
    const text = shown({ ...running, code: 'DB_FULL', fault: 'Nothing can be saved.' })
    for (const part of ['Stands still', 'It goes on by itself', 'The disk is full.', 'Free some space', 'DB_FULL', '10 of 40']) expect(text).toContain(part)
    expect(text).not.toContain('Under way')
    expect(text).not.toContain('Entra goes on being answered') // a full disk answers nobody
    startTexts('de')
    expect(shown({ ...running, code: 'DB_FULL', fault: '' })).toContain('Steht still')
  })

  it('shows what the backend says of a reason that nobody has named', () => {
    startTexts('en')
    expect(shown({ ...running, code: 'NEWER', fault: 'job 7: no such kind' })).toContain('job 7: no such kind')
  })

  it('says nothing of it while the job goes, and once it is done', () => {
    startTexts('en')
    expect(shown(running)).toContain('Under way')
    expect(shown(running)).not.toContain('Stands still')
    expect(shown({ ...running, state: 'done', done: 40, code: 'DB_FULL' })).not.toContain('Stands still')
  })
})
