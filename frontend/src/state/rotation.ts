import type { NewOAuthClient, NewToken } from '../api/types'
import { Observable } from '../lib/observable'

/** A token that was just made, with its secret, until somebody closes the dialog that shows it. */
export interface Fresh {
  made: NewToken
  /** What became of the one before: there was none, it goes on until Entra has the new one, or it ended at once. */
  before: 'none' | 'goesOn' | 'ended'
  /** What Entra calls Tenant URL, as it was then. */
  address: string
  /** It is the sample's: the invented Entra gets it by itself. */
  sample: boolean
}

/** Lives outside the pages: what made the token may be gone before its secret was read. */
export const freshToken = new Observable<Fresh | null>(null)

/** A rotation that is under way is looked at again, without its secret. */
export const watched = new Observable(false)

/** A client for OAuth that was just made, with its secret, until somebody closes the dialog that shows it. */
export const freshClient = new Observable<NewOAuthClient | null>(null)
