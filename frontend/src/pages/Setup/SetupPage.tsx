import { Button } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Guide } from '../../api/types'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { PageHead } from '../../components/PageHead'
import { finished, guideStepOf, guideSteps, type GuideStepName, waiting } from '../../lib/guide'
import { useNow } from '../../lib/now'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { connection } from '../../state/connection'
import { guideStore } from '../../state/guide'
import { go } from '../../state/route'
import { openSample } from '../../state/sample'
import { StepList } from './StepList'
import { StepPart } from './StepPart'
import '../Connection/connection.css'
import './setup.css'

/** So often it is looked whether quiet has told something. */
const lookEvery = 5_000

/** The set-up guide: from nothing to the first cycle, ticked by what the server sees. It is left and taken up again at will. */
export function SetupPage(props: PageProps) {
  const { t } = useTranslation()
  const { snapshot, route } = props
  const { guide, error, failed } = useObservable(guideStore.view)
  const { store, sample } = snapshot
  const now = useNow()
  const shown = guide?.store === store ? guide : null
  const asked = guideStepOf(route.id)
  const step = asked ?? guideStepOf(shown?.step ?? '') ?? 'plan'
  useEffect(() => void guideStore.load(store), [snapshot, store, now])
  useEffect(() => void (sample || connection.load(store)), [snapshot, sample, store, now])
  useKept(sample ? null : shown, step)
  useWaiting(sample ? null : shown, step, store)

  if (sample) return <Sample />
  const name = (at: GuideStepName) => t(`setup.steps.${at}.title`)
  return (
    <>
      <PageHead title={t('shell.pages.setup')} note={shown && t('setup.progress', { done: finished(shown), all: guideSteps.length })}>
        {shown?.done && !shown.hidden && <Button onClick={() => void guideStore.save({ hidden: 'yes' }).then((kept) => kept && go({ page: 'overview' }))}>{t('setup.putAway')}</Button>}
      </PageHead>
      {error && (
        <div className="message">
          <ErrorBar error={error} onRetry={() => void guideStore.load(store)} />
        </div>
      )}
      {failed && (
        <div className="message">
          <ErrorBar error={failed} />
        </div>
      )}
      <div className="setup">
        <div className="setup-side">
          <StepList guide={shown} at={step} unsure={props.unsure} name={name} />
          <p className="setup-trial small quiet">
            {t('setup.trial')}{' '}
            <Button size="small" onClick={openSample}>
              {t('setup.startSample')}
            </Button>
          </p>
        </div>
        {shown ? <StepPart key={step} {...props} guide={shown} step={step} /> : !error && <div className="bone setup-bone" aria-hidden />}
      </div>
    </>
  )
}

/** A sample is fed by an invented Entra: there is nothing to set up. */
function Sample() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.pages.setup')} />
      <EmptyState title={t('setup.sample.title')} text={t('setup.sample.text')} />
    </>
  )
}

/** Where the admin is, is kept in the folder, so that the guide goes on there. */
function useKept(guide: Guide | null, step: GuideStepName): void {
  const known = guide !== null
  const since = guide?.steps.find(({ id }) => id === step)?.since
  useEffect(() => {
    if (!known) return
    go({ page: 'setup', id: step }, true) // so that the way back leads here, and not to wherever the guide is by then
    if (guide.step !== step || !since) void guideStore.save({ step })
  }, [known, step]) // not with each reading: another window may be elsewhere
}

/** While a step waits for Entra, quiet tells something too, and nobody tells of quiet. */
function useWaiting(guide: Guide | null, step: GuideStepName, store: string): void {
  const waits = waiting.includes(step) && guide?.steps.some(({ id, state }) => id === step && state !== 'done')
  useEffect(() => {
    if (!waits) return
    const timer = setInterval(() => !document.hidden && void guideStore.load(store), lookEvery)
    return () => clearInterval(timer)
  }, [waits, store])
}
