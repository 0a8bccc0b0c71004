import type { NewToken } from '../api/types'
import { Observable } from '../lib/observable'

/** A token that was just made, with its secret, until somebody closes the dialog that shows it. */
export interface Fresh {
  made: NewToken
  /** There was a token before, which has ended. */
  replaced: boolean
  /** What Entra calls Tenant URL, as it was then. */
  address: string
  /** It is the sample's: the invented Entra gets it by itself. */
  sample: boolean
}

/** Lives outside the pages: what made the token may be gone before its secret was read. */
export const freshToken = new Observable<Fresh | null>(null)
