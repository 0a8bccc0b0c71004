import { Observable } from '../lib/observable'
import { remember, remembered } from './preferences'

export const columnNames = ['time', 'action', 'identity', 'status', 'took', 'summary', 'method', 'client', 'remote', 'via', 'requestId'] as const
export type ColumnName = (typeof columnNames)[number]
export const usualColumns: readonly ColumnName[] = ['time', 'action', 'identity', 'status', 'took', 'summary']

/** How somebody likes to see requests. */
export interface Look {
  columns: readonly ColumnName[]
  dock: 'right' | 'bottom'
  pretty: boolean
  wrap: boolean
}

const name = 'activity'

function read(): Look {
  const kept = remembered(name)
  const of = (key: string): unknown => (typeof kept === 'object' && kept !== null && key in kept ? (kept as Record<string, unknown>)[key] : undefined)
  const columns = of('columns')
  const chosen = Array.isArray(columns) ? columnNames.filter((c) => columns.includes(c)) : []
  return {
    columns: chosen.length > 0 ? chosen : usualColumns,
    dock: of('dock') === 'bottom' ? 'bottom' : 'right',
    pretty: of('pretty') !== false,
    wrap: of('wrap') !== false,
  }
}

let observed: Observable<Look> | undefined

/** The look, read when it is first asked for: preferences are read by then. */
export function look(): Observable<Look> {
  observed ??= new Observable(read())
  return observed
}

export function chooseLook(part: Partial<Look>): void {
  const next = { ...look().get(), ...part }
  look().set(next)
  remember(name, next)
}
