// The shapes that the backend gives, under the names the page uses. They are generated from Go.
import type { backend } from '../../wailsjs/go/models'

export type Activity = backend.Activity
export type ActivityPage = backend.ActivityPage
export type ActivityQuery = backend.ActivityQuery
export type Counts = backend.Counts
export type NewToken = backend.NewToken
export type Snapshot = backend.Snapshot

/** Says that something moved; it never carries rows. Wails generates no types for events, so this one is written out. */
export interface Notify {
  store: string
  activity: number
  people: boolean
  groups: boolean
  status: boolean
}
