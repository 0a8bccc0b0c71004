import { useEffect } from 'react'
import { Observable, useObservable } from '../lib/observable'
import { go, route } from './route'

/** Pages with a dialog that can be asked for from elsewhere: a new token, an export. */
export type Wanted = 'connection' | 'people' | 'groups'

const wanted = new Observable<Wanted | null>(null)

// Somebody who has gone elsewhere does not want it any more.
route.subscribe(() => {
  if (route.get().page !== wanted.get()) wanted.set(null)
})

/** Goes to a page and opens its dialog. */
export function want(page: Wanted): void {
  go({ page })
  wanted.set(page)
}

/** Opens the dialog of a page when it is wanted. */
export function useWanted(page: Wanted, open: () => void): void {
  const now = useObservable(wanted)
  useEffect(() => {
    if (now !== page || wanted.get() !== page) return
    wanted.set(null)
    open()
  })
}
