import { Button } from '@fluentui/react-components'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Guide, GuideStep } from '../../api/types'
import { Status } from '../../components/Status'
import { useHere } from '../../lib/focus'
import { beside, type GuideStepName, stateOf, stateTones, waiting } from '../../lib/guide'
import { when } from '../../lib/time'
import type { PageProps } from '../../shell/page'
import { visit } from '../../shell/focus'
import { announce } from '../../state/announcer'
import { guideStore } from '../../state/guide'
import { go } from '../../state/route'
import { Finding, Seen } from './Finding'
import { StepBody } from './StepBody'
import { Tutorial } from './Tutorial'

/** The guide's own steps are what its tutorial asks for. */
const generic = 'generic'

const none = (id: string): GuideStep => ({ id, state: 'unknown', by: '', at: '', detail: '', value: '', since: '', request: 0 })

/** The step at hand: what it is about, what is to be done, what the server has seen of it, and the way on. */
export function StepPart(props: PageProps & { guide: Guide; step: GuideStepName }) {
  const { t, i18n } = useTranslation()
  const { guide, step: id, unsure } = props
  const step = guide.steps.find((one) => one.id === id) ?? none(id)
  const state = stateOf(step, unsure)
  useTold(id, state === 'done')
  const title = useHere(true)
  const listens = state !== 'done' && state !== 'skipped' && waiting.includes(id) && step.since !== ''
  return (
    <div className="setup-part">
      <div className="card setup-step">
        <div className="part-head">
          <h2 ref={title} id="step-title" tabIndex={-1} data-here="">
            {t(`setup.steps.${id}.title`)}
          </h2>
          <span className="spring" />
          <Status tone={stateTones[state]} word={t(`setup.states.${state}`)} />
        </div>
        <p>{t(`setup.steps.${id}.text`)}</p>
        <Finding step={step} guide={guide} snapshot={props.snapshot} unsure={unsure} />
        {state === 'done' && <Seen step={step} id={id} />}
        {listens && state !== 'trouble' && <p className="quiet">{t('setup.listening', { when: when(step.since, i18n.language) })}</p>}
        <StepBody {...props} />
        {props.snapshot.target !== generic && <Tutorial guide={guide} step={id} target={props.snapshot.target} />}
        <Way step={id} state={state} over={guide.done} said={step.by === 'said' || state === 'skipped'} by={step.detail} />
      </div>
    </div>
  )
}

/** Back, next, and what the admin may say of a step. */
function Way({ step, state, over, said, by }: { step: GuideStepName; state: ReturnType<typeof stateOf>; over: boolean; said: boolean; by: string }) {
  const { t } = useTranslation()
  const [before, after] = [beside(step, -1), beside(step, 1)]
  const open = state === 'open' || state === 'trouble'
  const to = (id: GuideStepName) => visit({ page: 'setup', id })
  return (
    <div className="buttons setup-way">
      <Button disabledFocusable={!before} onClick={() => before && to(before)}>
        {t('setup.back')}
      </Button>
      {after ? (
        <Button appearance={open ? 'secondary' : 'primary'} onClick={() => to(after)}>
          {t('setup.next')}
        </Button>
      ) : (
        <Button appearance={over ? 'primary' : 'secondary'} onClick={() => void guideStore.save({ done: step, ...(over && { hidden: 'yes' }) }).then((kept) => kept && go({ page: 'overview' }))}>
          {t('setup.finish')}
        </Button>
      )}
      <span className="spring" />
      {open && (
        <>
          <Button appearance="subtle" onClick={() => void guideStore.save({ skip: step }).then((kept) => kept && after && to(after))}>
            {t('setup.skip')}
          </Button>
          <Button appearance="subtle" onClick={() => void guideStore.save({ done: step })}>
            {t('setup.markDone')}
          </Button>
        </>
      )}
      {!open && said && by === '' && step !== 'plan' && step !== 'night' && (
        <Button appearance="subtle" onClick={() => void guideStore.save({ undone: step })}>
          {t('setup.takeBack')}
        </Button>
      )}
    </div>
  )
}

/** Tells a screen reader when the step at hand ticks itself. */
function useTold(id: GuideStepName, done: boolean): void {
  const { t } = useTranslation()
  const before = useRef(done)
  useEffect(() => {
    if (done && !before.current) announce(t('setup.ticked', { step: t(`setup.steps.${id}.title`) }))
    before.current = done
  }, [done, id, t])
}
