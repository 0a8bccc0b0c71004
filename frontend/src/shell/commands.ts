import { useEffect } from 'react'
import { useObservable } from '../lib/observable'
import { singleKeys } from '../state/preferences'
import { type PageName, pages, route } from '../state/route'
import type { Session } from '../state/session'
import { filterField, nextPane, visit } from './focus'
import { type Command, commandOf } from './keys'
import { show } from './overlay'

/** Hears the keys that do the same in every place. */
export function useCommands(session: Session, ready: boolean): void {
  const single = useObservable(singleKeys)
  useEffect(() => {
    if (!ready) return
    const hear = (e: KeyboardEvent) => {
      const command = commandOf(e, single)
      if (!command) return
      e.preventDefault()
      run(command, session, e.shiftKey ? -1 : 1)
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }, [session, ready, single])
}

function run(command: Command, session: Session, step: 1 | -1): void {
  if (command === 'palette' || command === 'help') show(command)
  else if (command === 'back') history.back()
  else if (command === 'panes') nextPane(step)
  else if (command === 'refresh') refresh(session, route.get().page)
  else if (command === 'filter') {
    const field = filterField()
    if (!field) return show('palette') // somebody wants to find something
    field.focus()
    field.select()
  } else visit({ page: pages.find((page) => command === `page ${page}`) ?? 'overview' })
}

/** Loads anew what is in view. */
export function refresh(session: Session, page: PageName): void {
  if (page === 'activity') session.log.refresh()
  if (page === 'people') session.people.refresh()
  if (page === 'groups') session.groups.refresh()
  session.changes.set(session.changes.get() + 1)
  void session.retry()
}
