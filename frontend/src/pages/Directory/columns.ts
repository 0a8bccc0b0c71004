import { useMemo } from 'react'
import type { Column } from '../../components/Grid'
import { useObservable } from '../../lib/observable'
import { parsed, remember, views } from '../../state/preferences'

/** A column somebody may choose; the first one is always shown. */
export interface Choice {
  id: string
  shown: boolean
}

export interface ColumnChoice<Row> {
  /** All columns in order. */
  choices: readonly Choice[]
  /** Those that are shown, in order. */
  columns: readonly Column<Row>[]
  toggle: (id: string) => void
  move: (id: string, by: -1 | 1) => void
  reset: () => void
}

/** Reads what was kept: unknown columns are dropped, new ones come behind the one that they stand behind by default, as they are by default. */
export function choicesFrom(kept: unknown, defaults: readonly Choice[]): Choice[] {
  if (!Array.isArray(kept)) return [...defaults]
  const known = kept.filter((c: unknown): c is Choice =>
    typeof c === 'object' && c !== null && 'id' in c && 'shown' in c && typeof c.shown === 'boolean' && defaults.some((d) => d.id === c.id))
  const once = known.filter((c, i) => known.findIndex((other) => other.id === c.id) === i)
  const all = [...once]
  defaults.forEach((d, i) => {
    if (!all.some((c) => c.id === d.id)) all.splice(all.findIndex((c) => c.id === defaults[i - 1]?.id) + 1, 0, d)
  })
  return all.map(({ id, shown }) => ({ id, shown: shown || id === defaults[0]?.id }))
}

/**
 * Which columns are shown and in which order, kept under a name from one start to the next. Of those that are shown by default once there is
 * something in them (pending), that they are not shown yet is no choice, and is not kept.
 */
export function useColumns<Row>(name: string, all: readonly Column<Row>[], shownFirst: readonly string[], pending: readonly string[] = []): ColumnChoice<Row> {
  const defaults = useMemo(() => all.map(({ id }) => ({ id, shown: shownFirst.includes(id) })), [all, shownFirst])
  const kept = useObservable(views).get(name)
  const choices = useMemo(() => choicesFrom(parsed(kept), defaults), [kept, defaults])
  const change = (next: Choice[]) => {
    const chosen = next.filter(({ id, shown }) => shown || !pending.includes(id))
    remember(name, chosen)
  }
  const columns = useMemo(
    () => choices.flatMap((c) => (c.shown ? all.filter((column) => column.id === c.id) : [])),
    [choices, all],
  )
  return {
    choices,
    columns,
    toggle: (id) => change(choices.map((c) => (c.id === id && id !== defaults[0]?.id ? { id, shown: !c.shown } : c))),
    move: (id, by) => {
      const at = choices.findIndex((c) => c.id === id)
      const next = [...choices]
      const [moved] = next.splice(at, 1)
      if (!moved || at + by < 0) return
      next.splice(at + by, 0, moved)
      change(next)
    },
    reset: () => remember(name, null),
  }
}
