import { useEffect, useRef } from 'react'

/** Calls act when a value is another one than at the last rendering, not for the first one. */
export function useChanged(value: unknown, act: () => void): void {
  const seen = useRef(value)
  useEffect(() => {
    if (Object.is(seen.current, value)) return
    seen.current = value
    act()
  })
}
