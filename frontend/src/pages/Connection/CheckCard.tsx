import { Button, Checkbox, Spinner } from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CheckState, CheckStep, Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useNow } from '../../lib/now'
import { ago, when } from '../../lib/time'
import { wayOf } from '../../lib/tunnel'
import { announce } from '../../state/announcer'
import { type Result, resultOf, stepName, stepState, type StepState, stopOf, useCheck } from '../../state/check'
import { copy } from '../../state/clipboard'
import { codeOf, report, resultText } from './report'
import './check.css'

const tones = { waiting: 'neutral', running: 'waiting', ok: 'good', warning: 'warning', failed: 'bad', skipped: 'off', unknown: 'unknown' } as const satisfies Record<StepState, string>
export const resultTones = { never: 'neutral', running: 'waiting', elsewhere: 'unknown', passed: 'good', warned: 'warning', failed: 'bad', cancelled: 'off' } as const satisfies Record<Result, string>

/** Asks the public address from outside, and shows step by step how far that came. */
export function CheckCard({ snapshot, unsure, here = false }: { snapshot: Snapshot; unsure: boolean; here?: boolean }) {
  const { t } = useTranslation()
  const { data, error, retry, failed, starting, run, cancel } = useCheck(snapshot)
  const [person, setPerson] = useState(false)
  const result = data ? resultOf(data) : 'never'
  const running = result === 'running'
  useTold(data)
  const local = wayOf(snapshot.tunnel.way) === 'none'
  return (
    <section className="card" aria-labelledby="check-title">
      <div className="part-head">
        <h2 id="check-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('check.panel.title')}</h2>
        <span className="spring" />
        {unsure ? <Status tone="unknown" word={t('overview.chain.unknown')} /> : data && <Status tone={resultTones[result]} word={resultText(t, data)} />}
      </div>
      <p className="quiet">{t(snapshot.sample ? 'check.panel.textSample' : local ? 'check.panel.textLocal' : 'check.panel.text')}</p>
      <Checkbox label={t('check.panel.person')} checked={person} disabled={running} onChange={(_, { checked }) => setPerson(checked === true)} aria-describedby="check-person" />
      <p id="check-person" className="quiet small check-hint">{t('check.panel.personHint')}</p>
      <div className="buttons">
        {running ? (
          <Button disabledFocusable={starting} icon={<Spinner size="tiny" />} onClick={cancel}>
            {t('check.panel.cancel')}
          </Button>
        ) : (
          <Button disabledFocusable={starting || unsure} onClick={() => run(person)}>
            {t(result === 'never' ? 'check.panel.run' : 'check.panel.again')}
          </Button>
        )}
        {data && result !== 'never' && !running && <Copy data={data} />}
      </div>
      {failed && <ErrorBar error={failed} />}
      {error && !failed && <ErrorBar error={error} onRetry={retry} />}
      {data && result !== 'never' && <Steps data={data} />}
    </section>
  )
}

/** Tells a screen reader what came of each check that ends while the page is in view; a short one may never be seen under way. */
function useTold(data: CheckState | null): void {
  const { t } = useTranslation()
  const told = useRef<string | null>(null)
  const finished = data && !data.running ? data.finished : null
  useEffect(() => {
    if (finished === null) return
    if (told.current !== null && finished !== told.current && data) announce(t('check.panel.announced', { result: resultText(t, data) }))
    told.current = finished
  }, [finished])
}

function Copy({ data }: { data: CheckState }) {
  const { t, i18n } = useTranslation()
  return <CopyButton appearance="secondary" label={t('check.panel.copy')} text={t('check.panel.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(report(data, t, i18n.language))} />
}

function Steps({ data }: { data: CheckState }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  return (
    <>
      <p className="small quiet">
        {data.finished && t('check.panel.finished', { when: when(data.finished, i18n.language), ago: ago(data.finished, i18n.language, now) })} {data.cause === 'reconnect' && t('check.panel.byItself')}
        {data.address && <span className="check-address">{t('check.panel.address', { address: data.address })}</span>}
      </p>
      <ol className="check-steps">
        {data.steps.map((step, i) => (
          <Step key={`${step.name} ${i}`} step={step} />
        ))}
      </ol>
    </>
  )
}

function Step({ step }: { step: CheckStep }) {
  const { t, i18n } = useTranslation()
  const state = stepState(step)
  const code = codeOf(step.code)
  const stop = stopOf(step)
  const bad = state === 'failed' || state === 'warning'
  return (
    <li>
      <div className="check-step">
        <Status tone={tones[state]} word={t(`check.states.${state}`)} />
        <strong>{t(`check.steps.${stepName(step.name)}`)}</strong>
        <span className="spring" />
        {step.took > 0 && <span className="quiet small">{t('check.panel.took', { ms: Math.round(step.took).toLocaleString(i18n.language) })}</span>}
      </div>
      {step.facts.length > 0 && (
        <ul className="check-facts small quiet" lang="en">
          {step.facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
      {bad && (
        <div className="check-bad">
          {code && (
            <p>
              {t(`check.codes.${code}.text`)} <strong>{t('check.panel.todo')}:</strong> {t(`check.codes.${code}.todo`)}
            </p>
          )}
          <p className="small quiet">
            {stop && <span>{t('check.panel.where', { where: t(`check.where.${stop}`) })}</span>} {step.code && <span className="code">{step.code}</span>}
            {step.detail && <span className="check-detail" lang="en">{step.detail}</span>}
          </p>
        </div>
      )}
    </li>
  )
}
