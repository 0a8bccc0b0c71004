// The only place that knows Wails. Every call has a time-out: the promise of a call whose answer got lost never settles.
import * as app from '../../wailsjs/go/main/App'
import { EventsOn } from '../../wailsjs/runtime/runtime'
import { ApiError, toApiError } from './errors'
import type { ActivityPage, ActivityQuery, NewToken, Notify, Snapshot } from './types'

/** A little more than the backend's own 10 s, so that its reason comes first where there is one. */
const callTimeout = 12_000

async function call<T>(start: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError('CALL_TIMEOUT', '')), callTimeout)
  })
  try {
    return await Promise.race([start(), late])
  } catch (thrown) {
    throw toApiError(thrown)
  } finally {
    clearTimeout(timer)
  }
}

export const snapshot = (): Promise<Snapshot> => call(app.Snapshot)
export const activity = (query: ActivityQuery): Promise<ActivityPage> => call(() => app.Activity(query))
export const rotateToken = (): Promise<NewToken> => call(app.RotateToken)
export const retry = (): Promise<void> => call(app.Retry)
export const copyText = (text: string, secret = false): Promise<void> => call(() => app.CopyText(text, secret))
export const forgetSecret = (): Promise<boolean> => call(app.ForgetSecret)
export const painted = (at: number): Promise<void> => call(() => app.Painted(at))

/** Starts the notifications; the returned function stops listening. */
export async function watch(listener: (n: Notify) => void): Promise<() => void> {
  const stop = EventsOn('notify', listener)
  try {
    await call(app.Watch)
  } catch (thrown) {
    stop()
    throw thrown
  }
  return stop
}
