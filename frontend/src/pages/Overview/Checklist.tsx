import { Button } from '@fluentui/react-components'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { errorKey } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { OpenEntra } from '../Connection/OpenEntra'
import { TokenButton } from '../Connection/TokenButton'
import { CopyButton } from '../../components/CopyButton'
import { Step, type StepState } from '../../components/Step'
import { reach } from '../../lib/address'
import { evidence, fresh, isTrial, reasonText } from '../../lib/evidence'
import { trouble } from '../../lib/status'
import { when } from '../../lib/time'
import { wayOf } from '../../lib/tunnel'
import { visit } from '../../shell/focus'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { CheckLine } from './CheckLine'
import { SetupButton } from './SetupButton'

const steps = ['served', 'address', 'token', 'entra', 'person'] as const

/** What is still to do until the first person arrives. Each step ticks itself from what really happened. */
export function Checklist({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const { address, token, refused } = snapshot
  const fault = trouble(snapshot)
  const found = evidence(snapshot, unsure, Date.now())
  const wrongToken = found.state === 'refused'
  const used = token.exists && fresh(snapshot) ? snapshot.lastEntra : ''
  const reachable = reach(address) === 'https'
  const astray = found.tunnel?.state === 'down' || found.tunnel?.state === 'degraded'
  const done = [fault === null, reachable && (!found.tunnel || found.tunnel.state === 'ok'), token.exists, used !== '', false]
  const next = done.indexOf(false)
  useTold(unsure ? -1 : next)
  const state = (step: number): StepState =>
    unsure ? 'unknown' : done[step] ? 'done' : (step === 0 && fault !== null) || (step === 1 && astray) || (step === 3 && wrongToken) ? 'attention' : step === next ? 'now' : 'open'

  return (
    <section className="card checklist" aria-labelledby="checklist-title">
      <div className="part-head">
        <h2 id="checklist-title">{t('overview.checklist.title')}</h2>
        <span className="spring" />
        <SetupButton store={snapshot.store} />
      </div>
      <p className="quiet">{t('overview.checklist.intro')}</p>
      <ol>
        <Step state={state(0)} title={t('overview.checklist.served.title')}>
          {fault ? (
            <>
              <p>
                {t(`${errorKey(fault.code)}.text`)} {t(`${errorKey(fault.code)}.action`)} <span className="code">{fault.code}</span>
              </p>
              <Button onClick={() => visit({ page: 'settings' })}>{t('overview.remedies.checkListener')}</Button>
            </>
          ) : (
            <p className="quiet">{t('overview.checklist.served.done')}</p>
          )}
        </Step>
        <Step state={state(1)} title={t('overview.checklist.address.title')}>
          <p className="with-copy">
            <span className="mono address">{address}</span>
            {reachable && <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />}
          </p>
          {found.tunnel ? <p className="quiet">{reasonText(t, i18n.language, found.tunnel, Date.now())}</p> : <p className="quiet">{t('overview.checklist.address.todo')}</p>}
          {found.tunnel && found.tunnel.state !== 'down' && <CheckLine snapshot={snapshot} unsure={unsure} />}
          {!done[1] && (astray || !found.tunnel) && (
            <Button appearance={next === 1 ? 'primary' : 'secondary'} onClick={() => visit({ page: 'connection', id: !found.tunnel ? '' : wayOf(snapshot.tunnel.way) === 'own' ? 'check' : 'tunnel' })}>
              {t(found.tunnel ? 'overview.remedies.tunnel' : 'overview.checklist.address.choose')}
            </Button>
          )}
        </Step>
        <Step state={state(2)} title={t('overview.checklist.token.title')}>
          <p>{token.exists ? t('overview.checklist.token.done', { lastFour: token.lastFour, when: when(token.created, i18n.language) }) : t('overview.checklist.token.todo')}</p>
          {(!token.exists || wrongToken) && <TokenButton snapshot={snapshot} isNext={next === 2} />}
        </Step>
        <Step state={state(3)} title={t('overview.checklist.entra.title')}>
          {used ? (
            <p>{t(isTrial(snapshot) ? 'overview.checklist.entra.here' : 'overview.checklist.entra.done', { when: when(used, i18n.language) })}</p>
          ) : (
            <>
              <p>{wrongToken ? t('overview.checklist.entra.refused', { when: when(refused.at, i18n.language) }) : t('overview.checklist.entra.todo')}</p>
              <div className="buttons">
                <Button appearance={next === 3 ? 'primary' : 'secondary'} onClick={() => visit({ page: 'connection' })}>
                  {t('overview.checklist.entra.show')}
                </Button>
                <OpenEntra />
              </div>
            </>
          )}
        </Step>
        <Step state={state(4)} title={t('overview.checklist.person.title')}>
          <p>{t('overview.checklist.person.todo')}</p>
        </Step>
      </ol>
    </section>
  )
}

/** Tells a screen reader which step comes next when one was ticked. */
function useTold(next: number): void {
  const { t } = useTranslation()
  const before = useRef(next)
  useEffect(() => {
    const step = steps[next]
    if (before.current >= 0 && next > before.current && step) announce(t('overview.checklist.ticked', { next: t(`overview.checklist.${step}.title`) }))
    if (next >= 0) before.current = next
  }, [next, t])
}
