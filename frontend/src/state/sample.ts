import { Observable } from '../lib/observable'

/** Whether the dialog that starts a sample is open. */
export const sampleAsked = new Observable(false)

/** Opens the dialog that starts a sample, from wherever one is. */
export function openSample(): void {
  sampleAsked.set(true)
}
