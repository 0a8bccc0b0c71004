import { useTranslation } from 'react-i18next'
import type { Cap } from './keys'

const named: readonly string[] = ['ctrl', 'alt', 'shift', 'left', 'arrows', 'up', 'down', 'enter', 'escape', 'space', 'pageUp', 'pageDown', 'home', 'end'] satisfies Cap[]
const isNamed = (cap: string): cap is Cap => named.includes(cap)

/** Keys that are held together. */
export function Caps({ caps }: { caps: readonly string[] }) {
  const { t } = useTranslation()
  return (
    <span className="caps">
      {caps.map((cap) => (
        <kbd key={cap}>{isNamed(cap) ? t(`shell.keys.caps.${cap}`) : cap}</kbd>
      ))}
    </span>
  )
}
