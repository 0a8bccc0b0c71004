import { useEffect, useRef } from 'react'
import { announce } from '../state/announcer'
import type { PageName } from '../state/route'
import { focusTitle } from './focus'

/** Whoever removes something from the page has two frames to put the focus where it belongs. */
const settle = (then: () => void) => requestAnimationFrame(() => requestAnimationFrame(then))

/** The dialog that everything else waits for. */
const modal = () => [...document.querySelectorAll<HTMLElement>('[aria-modal="true"]')].at(-1)

/** Puts the focus on the title of each new page, and says which it is. */
export function usePageFocus(page: PageName, title: string): void {
  const shown = useRef(page)
  useEffect(() => {
    if (shown.current === page) return
    shown.current = page
    announce(title)
    settle(() => {
      const here = document.activeElement
      const isInside = here?.closest('#main') && here.id !== 'main'
      if (!isInside && !modal()) focusTitle()
    })
  }, [page, title])
}

/**
 * When what had the focus has gone, gives it to the panel, if it was in there, else to the page's title. While a dialog is open nothing but that has it:
 * without it, keys such as Escape would reach nobody.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: HTMLElement | null = null
    let wasInPanel = false
    const took = () => {
      last = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : null
      // A dialog gives the focus back; who opened it from the panel was in the panel, also when the dialog takes its button away.
      if (!last?.closest('[aria-modal="true"]')) wasInPanel = last?.closest('#main aside') != null
    }
    // A press on nothing takes the focus away, and is meant to.
    const pressed = () => requestAnimationFrame(() => document.activeElement === document.body && last?.isConnected && took())
    const isLost = () => last !== null && (!last.isConnected || last.matches(':disabled') || !last.checkVisibility()) && document.activeElement === document.body
    const look = () => {
      if (isLost() || (document.activeElement === document.body && modal())) settle(give)
    }
    const give = () => {
      if (document.activeElement !== document.body || !document.hasFocus()) return
      const dialog = modal()
      if (dialog) return dialog.focus({ preventScroll: true })
      if (!isLost()) return
      const panel = wasInPanel ? document.querySelector<HTMLElement>('#main aside') : null
      if (panel) panel.focus({ preventScroll: true })
      else focusTitle({ preventScroll: true })
    }
    const left = (e: FocusEvent) => e.relatedTarget === null && settle(look)
    const changed = new MutationObserver(look)
    changed.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled', 'hidden'] })
    addEventListener('focusin', took)
    addEventListener('focusout', left)
    addEventListener('mousedown', pressed)
    addEventListener('focus', look)
    return () => {
      changed.disconnect()
      removeEventListener('focusin', took)
      removeEventListener('focusout', left)
      removeEventListener('mousedown', pressed)
      removeEventListener('focus', look)
    }
  }, [])
}
