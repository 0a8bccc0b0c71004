import { MessageBar, MessageBarBody, MessageBarTitle, ProgressBar } from '@fluentui/react-components'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../api/errors'
import { kindOf, standsStill, stateOf } from '../lib/jobs'
import { announceNews } from '../state/announcer'
import { Status, type Tone } from './Status'
import './plan.css'

/** What is shown of a job. */
export interface Progress {
  kind: string
  state: string
  total: number
  done: number
  failed: number
  undone: number
  refused: number
  /** Why it stands still, and the backend's sentence for it; '' while it goes. */
  code: string
  fault: string
}

export interface JobProgressProps {
  job: Progress
  /** The state is as it was when the backend last answered. */
  unsure?: boolean
  /** Buttons: undo, files. */
  children?: ReactNode
}

const tones: Record<string, Tone> = { running: 'waiting', undoing: 'waiting', done: 'good', undone: 'off', unknown: 'unknown' }

/** How far a job is, why it stands still, and what came of it: counts and words, no animation that never ends. */
export function JobProgress({ job, unsure = false, children }: JobProgressProps) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const kind = kindOf(job.kind)
  const state = stateOf(job.state)
  const running = state === 'running' || state === 'undoing'
  const at = state === 'undoing' ? job.undone + job.refused : job.done + job.failed
  const of = state === 'undoing' ? job.done + at : job.total // done are those that are left to take back
  const part = of > 0 ? Math.min(1, at / of) : 0
  const counts = t(`journal.progress.${state === 'undoing' ? 'undoing' : 'running'}`, { done: number(at), total: number(of) })
  const still = standsStill(job)
  const tone = unsure ? 'unknown' : still ? 'warning' : job.failed + job.refused > 0 && !running ? 'warning' : (tones[state] ?? 'unknown')
  return (
    <section className="job aside" aria-label={t(`journal.kinds.${kind}`)}>
      <div className="job-head">
        <Status tone={tone} word={still ? t('journal.still.word') : t(`journal.states.${state}`)} />
        <strong>{t(`journal.kinds.${kind}`)}</strong>
        {!running && <span className="quiet">{sums()}</span>}
      </div>
      {running && (
        <>
          <ProgressBar value={part} aria-label={t(`journal.kinds.${kind}`)} aria-valuetext={counts} />
          <p className="quiet small">
            <span className="time">{counts}</span> {!still && t('journal.progress.goesOn')}
          </p>
        </>
      )}
      {still && <Still code={job.code} fault={job.fault} />}
      {children}
    </section>
  )

  function sums(): string {
    const parts = [
      ...(job.done > 0 || job.undone === 0 ? [t('journal.sums.done', { count: job.done, formatted: number(job.done) })] : []),
      ...(job.failed > 0 ? [t('journal.sums.failed', { count: job.failed, formatted: number(job.failed) })] : []),
      ...(job.undone > 0 ? [t('journal.sums.undone', { count: job.undone, formatted: number(job.undone) })] : []),
      ...(job.refused > 0 ? [t('journal.sums.refused', { count: job.refused, formatted: number(job.refused) })] : []),
    ]
    return new Intl.ListFormat(i18n.language, { type: 'unit' }).format(parts)
  }
}

/** Why a job stands still, and what to do. */
function Still({ code, fault }: { code: string; fault: string }) {
  const { t } = useTranslation()
  const key = errorKey(code)
  const detail = detailOf({ code, message: fault })
  useEffect(() => announceNews(`${t('journal.still.title')} ${t(`${key}.text`)}`), [key, t])
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('journal.still.title')}</MessageBarTitle>
        {t(`${key}.text`)} {t(`${key}.action`)} <span className="code">{code}</span>
        {detail && (
          <div className="small quiet" lang="en">
            {detail}
          </div>
        )}
      </MessageBarBody>
    </MessageBar>
  )
}
