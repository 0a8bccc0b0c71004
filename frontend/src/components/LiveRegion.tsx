import { alarm, announcement } from '../state/announcer'
import { useObservable } from '../lib/observable'

/** What a screen reader hears of changes that happen elsewhere than at the focus. */
export function LiveRegion() {
  const said = useObservable(announcement)
  const loss = useObservable(alarm)
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite">
        <span key={said.id}>{said.text}</span>
      </div>
      <div className="visually-hidden" id="alarm" aria-live="assertive">
        <span key={loss.id}>{loss.text}</span>
      </div>
    </>
  )
}
