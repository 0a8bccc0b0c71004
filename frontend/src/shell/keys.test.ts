// @vitest-environment jsdom
import { afterEach, describe, expect, it } from 'vitest'
import { commandOf } from './keys'

function press(init: KeyboardEventInit, on: Element = document.body): KeyboardEvent {
  const e = new KeyboardEvent('keydown', { bubbles: true, ...init })
  on.dispatchEvent(e)
  return e
}

function put(html: string): Element {
  document.body.innerHTML = html
  return document.body.firstElementChild as Element
}

afterEach(() => {
  document.body.innerHTML = ''
})

describe('the keyboard', () => {
  it('knows the keys of the window', () => {
    const of = (init: KeyboardEventInit) => commandOf(press(init), true)
    expect(of({ key: 'k', ctrlKey: true })).toBe('palette')
    expect(of({ key: '3', code: 'Digit3', ctrlKey: true })).toBe('page people')
    expect(of({ key: '&', code: 'Digit1', ctrlKey: true })).toBe('page overview')
    expect(of({ key: '9', code: 'Digit9', ctrlKey: true })).toBeNull()
    expect(of({ key: 'f', ctrlKey: true })).toBe('filter')
    expect(of({ key: '/', shiftKey: true })).toBe('filter')
    expect(of({ key: 'ArrowLeft', altKey: true })).toBe('back')
    expect(of({ key: 'F5' })).toBe('refresh')
    expect(of({ key: 'F6', shiftKey: true })).toBe('panes')
    expect(of({ key: '?', shiftKey: true })).toBe('help')
    expect(of({ key: 'a' })).toBeNull()
  })

  it('takes no character from somebody who writes, but other keys', () => {
    const field = put('<input type="text">')
    expect(commandOf(press({ key: '?' }, field), true)).toBeNull()
    expect(commandOf(press({ key: '/' }, field), true)).toBeNull()
    expect(commandOf(press({ key: 'k', ctrlKey: true }, field), true)).toBe('palette')
    expect(commandOf(press({ key: '?' }, put('<input type="checkbox">')), true)).toBe('help')
  })

  it('takes no single character when that is turned off', () => {
    expect(commandOf(press({ key: '?' }), false)).toBeNull()
    expect(commandOf(press({ key: 'F1' }), false)).toBe('help')
    expect(commandOf(press({ key: 'f', ctrlKey: true }), false)).toBe('filter')
  })

  it('does nothing over a dialog', () => {
    put('<div role="dialog" aria-modal="true"></div>')
    expect(commandOf(press({ key: 'k', ctrlKey: true }), true)).toBeNull()
  })
})
