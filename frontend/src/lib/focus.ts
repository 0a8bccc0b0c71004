import { useEffect, useState } from 'react'

/** For what stands over the page: when it goes, the focus returns to where it was. If that is gone too, the shell finds it another place. */
export function useReturnedFocus(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus()
      })
    },
    [before],
  )
}
