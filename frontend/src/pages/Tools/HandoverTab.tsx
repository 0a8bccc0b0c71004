import { Button, MessageBar, MessageBarBody, Spinner } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import type { HandoverInfo } from '../../api/types'
import { handover } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import type { PageProps } from '../../shell/page'
import { announce } from '../../state/announcer'
import { useFeed } from '../../state/feed'
import { handoverOf } from '../../state/handover'
import { go } from '../../state/route'
import { Made } from './handover/Made'
import { MadeBar } from './handover/MadeBar'
import { Next } from './handover/Next'
import { SettingsForm } from './handover/SettingsForm'
import { sumText } from './handover/words'
import './handover/handover.css'

const readEvery = 3_000

/** What changed, carried on to a system without SCIM: the next hand-over, those that were made, and how they look. */
export function HandoverTab({ snapshot, route, unsure }: PageProps) {
  const { t, i18n } = useTranslation()
  const model = handoverOf(snapshot.store)
  const { making, made, failed } = useObservable(model.view)
  const { people, groups, activity, job, handover: failure } = snapshot
  const moved = [people.total, people.active, people.deleted, groups.total, activity.last, job.seq, job.state, job.done, failure.at].join(' ')
  const feed = useFeed(handover, moved, readEvery)
  const state = feed.data
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(route.tab)
  useEffect(() => {
    if (before.current === route.tab) return
    before.current = route.tab
    if (route.tab !== '') heading.current?.focus()
  }, [route.tab])
  const pending = JSON.stringify(state?.pending)
  useEffect(() => model.rows.moved(), [model, pending])

  const open = (tab: string) => {
    model.forget()
    go({ page: 'tools', id: 'handover', tab })
  }
  const number = (n: number) => n.toLocaleString(i18n.language)
  const make = async (what: 'next' | 'full') => {
    const info = await model.make(what)
    if (info) announce(t(what === 'full' ? 'handover.made.full' : info.seq === 0 ? 'handover.made.none' : 'handover.made.next', { seq: info.seq }))
    feed.retry()
  }
  const item = (tab: string, title: string, text: string, beside?: React.ReactNode) => (
    <li key={tab}>
      <button type="button" className="job-item" aria-current={at === tab ? 'true' : undefined} onClick={() => open(tab)}>
        <strong>{title}</strong>
        <span className="quiet small">{text}</span>
        {beside}
      </button>
    </li>
  )
  const chosen = state?.list.find((one) => String(one.seq) === route.tab)
  const at = route.tab === 'settings' || chosen ? route.tab : 'next'

  return (
    <div className={route.tab !== '' ? 'tool answered' : 'tool'}>
      <section className="tool-ask" aria-labelledby="handover-title">
        <h2 id="handover-title">{t('handover.title')}</h2>
        <p className="quiet small">{t('handover.text')}</p>
        {!state && feed.error && <ErrorBar error={feed.error} onRetry={feed.retry} />}
        {!state && !feed.error && <span className="bone handover-bone" />}
        {state && (
          <>
            <div className="buttons handover-buttons">
              <Button appearance="primary" disabledFocusable={making !== null || unsure} icon={making === 'next' ? <Spinner className="late" size="extra-tiny" /> : null} onClick={() => void make('next')}>
                {t('handover.now')}
              </Button>
              <Button disabledFocusable={making !== null || unsure} icon={making === 'full' ? <Spinner className="late" size="extra-tiny" /> : null} onClick={() => void make('full')}>
                {t('handover.full')}
              </Button>
            </div>
            <ul className="job-list">
              {item('next', t('handover.next.title'), isEmpty(state.pending) ? t('handover.next.nothing') : sumText(t, number, state.pending))}
              {item('settings', t('handover.settings.title'), scheduleText(state.settings.every, state.next))}
            </ul>
            {state.list.length > 0 && <h3>{t('handover.list')}</h3>}
            <ul className="job-list">
              {state.list.map((one) =>
                item(
                  String(one.seq), t('handover.number', { seq: one.seq }), `${when(one.made, i18n.language)}: ${sumText(t, number, one)}`,
                  one.taken === '' ? <Status tone="waiting" word={t('handover.open')} /> : <Status tone="good" word={t('handover.taken')} />,
                ),
              )}
            </ul>
          </>
        )}
      </section>
      <section className="tool-main" aria-label={t('handover.detail')}>
        {state && (
          <div className="tool-head">
            <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={() => open('')}>
              {t('handover.back')}
            </Button>
            <h2 ref={heading} tabIndex={-1}>
              {chosen ? t('handover.number', { seq: chosen.seq }) : t(at === 'settings' ? 'handover.settings.title' : 'handover.next.title')}
            </h2>
            {chosen && <span className="quiet small">{t('handover.madeAt', { when: when(chosen.made, i18n.language) })}</span>}
          </div>
        )}
        {made && <MadeBar made={made} onClose={model.forget} />}
        {failed && <ErrorBar error={failed} />}
        {state && feed.error && <ErrorBar error={feed.error} onRetry={feed.retry} />}
        {state && state.fault !== '' && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              {t('handover.fault')} {t(`${errorKey(state.faultCode)}.text`)}{' '}
              <span className="small quiet" lang="en">{detailOf({ code: state.faultCode, message: state.fault })}</span>
            </MessageBarBody>
          </MessageBar>
        )}
        {state && at === 'next' && <Next model={model} state={state} />}
        {state && at === 'settings' && <SettingsForm model={model} state={state} off={unsure} onSaved={feed.retry} />}
        {state && chosen && <Made key={chosen.seq} model={model} one={chosen} off={unsure} onChanged={feed.retry} />}
      </section>
    </div>
  )

  function scheduleText(every: string, next: string): string {
    if (every === 'off') return t('handover.settings.byHand')
    return next === '' ? t('handover.settings.afterCycle') : t('handover.settings.nextAt', { when: when(next, i18n.language) })
  }
}

function isEmpty(info: HandoverInfo): boolean {
  return info.joiners + info.changes + info.leavers + info.in + info.out === 0
}
