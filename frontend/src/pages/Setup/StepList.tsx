import { Button } from '@fluentui/react-components'
import { ArrowForwardRegular, CheckmarkCircleFilled, CircleRegular, QuestionCircleRegular, WarningFilled } from '@fluentui/react-icons'
import { useTranslation } from 'react-i18next'
import type { Guide } from '../../api/types'
import { guideSteps, type GuideState, type GuideStepName, stateOf } from '../../lib/guide'
import { visit } from '../../shell/focus'

const icons = { done: CheckmarkCircleFilled, open: CircleRegular, skipped: ArrowForwardRegular, trouble: WarningFilled, unknown: QuestionCircleRegular } as const satisfies Record<GuideState, unknown>

/** All steps with how they stand; each can be gone to at any time. */
export function StepList({ guide, at, unsure, name }: { guide: Guide | null; at: GuideStepName; unsure: boolean; name: (step: GuideStepName) => string }) {
  const { t } = useTranslation()
  return (
    <nav className="card setup-list" aria-label={t('setup.list')}>
      <ol>
        {guideSteps.map((id, i) => {
          const step = guide?.steps.find((one) => one.id === id)
          const state = step ? stateOf(step, unsure) : 'unknown'
          const Icon = icons[state]
          return (
            <li key={id}>
              <Button appearance="subtle" className={`setup-item ${state}${id === at ? ' here' : ''}`} aria-current={id === at ? 'step' : undefined} icon={<Icon aria-hidden />} onClick={() => visit({ page: 'setup', id })}>
                <span className="setup-name">
                  {i + 1}. {name(id)}
                </span>
                <span className="visually-hidden">{t(`setup.states.${state}`)}</span>
              </Button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
