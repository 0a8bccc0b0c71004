import { ToggleButton } from '@fluentui/react-components'
import type { TFunction } from 'i18next'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { Status, type Tone } from './Status'
import './plan.css'

export interface StateChipsProps {
  /** What is counted, for screen readers. */
  label: string
  total: number
  counts: readonly { state: string; count: number }[]
  /** Word and tone of a state; one of a newer backend comes too. */
  wordOf: (t: TFunction, state: string) => { word: string; tone: Tone }
  /** The state that is shown alone, '' for all. */
  state: string
  onState: (state: string) => void
}

function PlainChips({ label, total, counts, wordOf, state, onState }: StateChipsProps) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <div className="chips aside" role="group" aria-label={label}>
      <ToggleButton size="small" shape="circular" checked={state === ''} onClick={() => onState('')}>
        {t('convert.preview.all')} <span className="chip-count">{number(total)}</span>
      </ToggleButton>
      {counts.map((one) => (
        <ToggleButton key={one.state} size="small" shape="circular" checked={state === one.state} onClick={() => onState(state === one.state ? '' : one.state)}>
          <Status {...wordOf(t, one.state)} /> <span className="chip-count">{number(one.count)}</span>
        </ToggleButton>
      ))}
    </div>
  )
}

/** How many rows have which state; pressing one shows them alone, pressing it again shows all. Pages of rows that come draw them anew only if they say so. */
export const StateChips = memo(PlainChips)
