import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'

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

/** For the title of a part that comes later than its page: when that part was asked for and nothing else was taken up meanwhile, it has the focus. */
export function useHere(here: boolean): RefObject<HTMLHeadingElement | null> {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!here) return
    const frame = requestAnimationFrame(() => {
      const { activeElement } = document
      if (activeElement === document.body || activeElement?.id === 'page-title') title.current?.focus()
    })
    return () => cancelAnimationFrame(frame)
  }, [here])
  return title
}
