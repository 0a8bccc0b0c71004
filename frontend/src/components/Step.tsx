import { CheckmarkCircleFilled, CircleRegular, QuestionCircleRegular, RecordRegular, WarningFilled } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import './step.css'

/** How a step of a list stands; the words are in locales under overview.checklist.states. */
export type StepState = 'done' | 'now' | 'open' | 'attention' | 'unknown'

const icons = { done: CheckmarkCircleFilled, now: RecordRegular, open: CircleRegular, attention: WarningFilled, unknown: QuestionCircleRegular }

/** One step of what is to be done in order, in a list of its kind. */
export function Step({ state, title, children }: { state: StepState; title: string; children: ReactNode }) {
  const { t } = useTranslation()
  const Icon = icons[state]
  return (
    <li className={`step ${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <Icon aria-hidden className="step-icon" />
      <div className="step-body">
        <h3>
          {title} <span className="step-state small">{t(`overview.checklist.states.${state}`)}</span>
        </h3>
        {children}
      </div>
    </li>
  )
}
