import { Button, MessageBar, MessageBarActions, MessageBarBody, Spinner } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import { trouble } from '../../lib/status'
import { when } from '../../lib/time'
import { announceArrivals } from '../../state/announcer'
import type { Session } from '../../state/session'
import { Failed } from './Failed'
import { Header } from './Header'
import { RequestLog } from './RequestLog'
import { Setup } from './Setup'
import { StateTiles } from './StateTiles'

/** The one page: what Entra needs, how things stand, and the requests as they arrive. */
export function LivePage({ session }: { session: Session }) {
  const { t, i18n } = useTranslation()
  const { phase, snapshot, error, offlineSince } = useObservable(session.state)
  const fault = snapshot && trouble(snapshot)
  const retry = () => void session.retry()

  useEffect(() => {
    session.arrived = (count) =>
      announceArrivals(count, (n) => t('log.unseen', { count: n, formatted: n.toLocaleString(i18n.language) }))
  }, [session, t, i18n.language])

  return (
    <div className="page">
      <Header snapshot={snapshot} unsure={offlineSince !== null} />
      {phase === 'failed' && error && <Failed error={error} onRetry={retry} />}
      {phase === 'opening' && (
        <main className="opening">
          <Spinner className="late" label={t('opening')} />
        </main>
      )}
      {phase === 'ready' && snapshot && (
        <main className="content">
          {offlineSince && (
            <MessageBar intent="warning">
              <MessageBarBody>
                {t('offline', { when: when(offlineSince, i18n.language) })} <span className="code">{error?.code}</span>
              </MessageBarBody>
              <MessageBarActions>
                <Button onClick={retry}>{t('actionsBar.retry')}</Button>
              </MessageBarActions>
            </MessageBar>
          )}
          {!offlineSince && fault && <ErrorBar error={fault} />}
          <div className="cards">
            <Setup snapshot={snapshot} />
            <StateTiles snapshot={snapshot} unsure={offlineSince !== null} />
          </div>
          <RequestLog log={session.log} address={snapshot.address} />
        </main>
      )}
    </div>
  )
}
