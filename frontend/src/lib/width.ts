import { type RefObject, useEffect, useState } from 'react'

/** The size of an element in pixels, 0 before it is known. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const el = element.current
    if (!el) return
    const measure = () =>
      setSize((before) => (before.width === el.clientWidth && before.height === el.clientHeight ? before : { width: el.clientWidth, height: el.clientHeight }))
    const resized = new ResizeObserver(measure)
    resized.observe(el)
    measure()
    return () => resized.disconnect()
  }, [element])
  return size
}

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
