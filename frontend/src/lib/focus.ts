import { useEffect, useState } from 'react'

/** For what stands over the page: when it goes, the focus returns to where it was, or to the page's title if that is gone. */
export function useReturnedFocus(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return
        const target = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : document.getElementById('page-title')
        target?.focus()
      })
    },
    [before],
  )
}
