import { Button, MessageBar, MessageBarActions, MessageBarBody, Spinner } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../components/ErrorBar'
import { useObservable } from '../lib/observable'
import { trouble } from '../lib/status'
import { when } from '../lib/time'
import { ActivityPage } from '../pages/Activity/ActivityPage'
import { ConnectionPage } from '../pages/Connection/ConnectionPage'
import { GroupsPage } from '../pages/Groups/GroupsPage'
import { OverviewPage } from '../pages/Overview/OverviewPage'
import { PeoplePage } from '../pages/People/PeoplePage'
import { SettingsPage } from '../pages/Settings/SettingsPage'
import { announceArrivals } from '../state/announcer'
import { go, type PageName, pages, route } from '../state/route'
import type { Session } from '../state/session'
import { Failed } from './Failed'
import type { PageProps } from './page'

const views: Record<PageName, (props: PageProps) => React.ReactNode> = {
  overview: OverviewPage,
  activity: ActivityPage,
  people: PeoplePage,
  groups: GroupsPage,
  connection: ConnectionPage,
  settings: SettingsPage,
}

/** The frame around every page: where one can go, how things stand, and the page. */
export function Shell({ session }: { session: Session }) {
  const { t, i18n } = useTranslation()
  const { phase, snapshot, error, offlineSince } = useObservable(session.state)
  const at = useObservable(route)
  const fault = snapshot && trouble(snapshot)
  const retry = () => void session.retry()
  const Page = views[at.page]

  useEffect(() => {
    session.arrived = (count) =>
      announceArrivals(count, (n) => t('activity.unseen', { count: n, formatted: n.toLocaleString(i18n.language) }))
  }, [session, t, i18n.language])

  return (
    <div className="page">
      <nav aria-label={t('shell.navigation')}>
        {pages.map((page) => (
          <Button key={page} appearance="subtle" aria-current={at.page === page ? 'page' : undefined} onClick={() => go({ page })}>
            {t(`shell.pages.${page}`)}
          </Button>
        ))}
      </nav>
      {phase === 'failed' && error && <Failed error={error} onRetry={retry} />}
      {phase === 'opening' && (
        <main className="opening">
          <Spinner className="late" label={t('shell.opening')} />
        </main>
      )}
      {phase === 'ready' && snapshot && (
        <main className="content">
          {offlineSince && (
            <MessageBar intent="warning">
              <MessageBarBody>
                {t('shell.offline', { when: when(offlineSince, i18n.language) })} <span className="code">{error?.code}</span>
              </MessageBarBody>
              <MessageBarActions>
                <Button onClick={retry}>{t('common.actionsBar.retry')}</Button>
              </MessageBarActions>
            </MessageBar>
          )}
          {!offlineSince && fault && <ErrorBar error={fault} />}
          <Page key={snapshot.store} session={session} snapshot={snapshot} unsure={offlineSince !== null} route={at} />
        </main>
      )}
    </div>
  )
}
