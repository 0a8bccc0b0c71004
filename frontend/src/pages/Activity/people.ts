import { useEffect, useState } from 'react'
import { people } from '../../api/wails'
import type { PersonRow } from '../../api/types'

const settled = 150
const most = 6

/** People whom a name fits, looked up when typing has paused; none for no name, and none where it can't be told. */
export function usePeople(name: string): readonly PersonRow[] {
  const [found, setFound] = useState<{ name: string; rows: readonly PersonRow[] }>({ name: '', rows: [] })
  const wanted = name.trim()
  useEffect(() => {
    if (wanted === '') return
    let late = false
    const timer = setTimeout(() => {
      people({ list: '', search: wanted, state: 'all', sort: 'name', descending: false, from: 0, limit: most, group: '' }).then(
        ({ rows }) => late || setFound({ name: wanted, rows: rows.slice(0, most) }),
        () => late || setFound({ name: wanted, rows: [] }), // a help that is not there; the field works without
      )
    }, settled)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [wanted])
  return found.name === wanted && wanted !== '' ? found.rows : []
}
