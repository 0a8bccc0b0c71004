import { type RefObject, useEffect, useState } from 'react'

/** The width of an element in pixels, 0 before it is known. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const el = element.current
    if (!el) return
    const resized = new ResizeObserver(() => setWidth(el.clientWidth))
    resized.observe(el)
    setWidth(el.clientWidth)
    return () => resized.disconnect()
  }, [element])
  return width
}
