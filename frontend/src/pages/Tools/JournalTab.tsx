import { Button } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobInfo } from '../../api/types'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { Status, type Tone } from '../../components/Status'
import { isUnderWay, kindOf, standsStill, stateOf } from '../../lib/jobs'
import { when } from '../../lib/time'
import type { PageProps } from '../../shell/page'
import { useJob, useJobs } from '../../state/jobs'
import { go } from '../../state/route'
import { JobDetail } from './journal/JobDetail'
import { ruleText } from './words'

/** What changed many at once: each job with its rows, and the way back. */
export function JournalTab({ snapshot, route, unsure }: PageProps) {
  const { t, i18n } = useTranslation()
  const all = useJobs(snapshot)
  const chosen = Number(route.tab) || 0
  const seq = chosen || (all.data?.[0]?.seq ?? 0)
  const job = useJob(seq, snapshot)
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(chosen)
  useEffect(() => {
    if (chosen === before.current) return
    before.current = chosen
    if (chosen !== 0) heading.current?.focus()
  }, [chosen])

  if (all.data?.length === 0) {
    return (
      <EmptyState title={t('journal.empty.title')} text={t('journal.empty.text')}>
        <Button appearance="primary" onClick={() => go({ page: 'tools', id: 'convert' })}>
          {t('journal.empty.convert')}
        </Button>
        <Button onClick={() => go({ page: 'tools', id: 'import' })}>{t('journal.empty.import')}</Button>
      </EmptyState>
    )
  }
  return (
    <div className={chosen ? 'tool answered' : 'tool'}>
      <section className="tool-ask journal" aria-label={t('journal.list')}>
        <h2>{t('journal.list')}</h2>
        {all.error && <ErrorBar error={all.error} onRetry={all.retry} />}
        {all.data === null && !all.error && <span className="bone" />}
        <ul className="job-list">
          {all.data?.map((one) => (
            <li key={one.seq}>
              <button type="button" className="job-item" aria-current={one.seq === seq ? 'true' : undefined} onClick={() => go({ page: 'tools', id: 'journal', tab: String(one.seq) })}>
                <strong>{t(`journal.kinds.${kindOf(one.kind)}`)}</strong>
                <span>{titleOf(one)}</span>
                <span className="quiet small">
                  {when(one.made, i18n.language)}, {t('journal.rowCount', { count: one.total, formatted: one.total.toLocaleString(i18n.language) })}
                </span>
                <Status tone={toneOf(one)} word={standsStill(one) ? t('journal.still.word') : t(`journal.states.${stateOf(one.state)}`)} />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section className="tool-main" aria-label={t('journal.detail')}>
        {job.job && (
          <div className="tool-head">
            <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={() => go({ page: 'tools', id: 'journal' })}>
              {t('journal.back')}
            </Button>
            <h2 ref={heading} tabIndex={-1}>
              {t('journal.title', { seq: job.job.seq, rule: titleOf(job.job) })}
            </h2>
            <span className="quiet small">{t('journal.made', { when: when(job.job.made, i18n.language), face: faceOf(job.job) })}</span>
          </div>
        )}
        <JobDetail view={job} unsure={unsure} onUndone={all.retry} />
      </section>
    </div>
  )

  function titleOf({ rule, file }: JobInfo): string {
    const words = ruleText(t, rule)
    return file === '' ? words : words === '' ? file : t('journal.ruleAndFile', { rule: words, file })
  }

  function faceOf({ face }: JobInfo): string {
    return face === 'window' ? t('directory.history.here') : t('directory.history.local', { who: face })
  }
}

function toneOf(job: JobInfo): Tone {
  if (isUnderWay(job)) return standsStill(job) ? 'warning' : 'waiting'
  const state = stateOf(job.state)
  if (state === 'unknown') return 'unknown'
  if (job.failed + job.refused > 0) return 'warning'
  return state === 'undone' ? 'off' : 'good'
}
