import { useSyncExternalStore } from 'react'

const query = matchMedia('(max-width: 1099px)')

function listen(changed: () => void): () => void {
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

/** Whether the window has room for icons only. */
export function useNarrow(): boolean {
  return useSyncExternalStore(listen, () => query.matches)
}
