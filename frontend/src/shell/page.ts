import type { Snapshot } from '../api/types'
import type { Route } from '../state/route'
import type { Session } from '../state/session'

/** What every page gets. It is made anew when the store changes, so nothing of one store is ever shown with another. */
export interface PageProps {
  session: Session
  snapshot: Snapshot
  /** The snapshot may be out of date: nothing in it may be shown as good. */
  unsure: boolean
  route: Route
}
