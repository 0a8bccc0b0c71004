import { announcement } from '../state/announcer'
import { useObservable } from '../lib/observable'

/** What a screen reader hears of changes that happen elsewhere than at the focus. */
export function LiveRegion() {
  const { id, text } = useObservable(announcement)
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      <span key={id}>{text}</span>
    </div>
  )
}
