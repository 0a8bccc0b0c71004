import { useLayoutEffect, useState } from 'react'

/**
 * For what stands over the page: when it goes, the focus returns to where it was. If that is gone too, the shell finds it another place.
 * A layout effect, since the shell waits two frames only, and a busy page runs other effects later.
 */
export function useReturnedFocus(): void {
  const [before] = useState(() => document.activeElement)
  useLayoutEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus()
      })
    },
    [before],
  )
}
