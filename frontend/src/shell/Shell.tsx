import { Spinner, useFocusFinders } from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useObservable } from '../lib/observable'
import { ActivityPage } from '../pages/Activity/ActivityPage'
import { ConnectionPage } from '../pages/Connection/ConnectionPage'
import { RotationDialog } from '../pages/Connection/RotationDialog'
import { GroupsPage } from '../pages/Groups/GroupsPage'
import { OverviewPage } from '../pages/Overview/OverviewPage'
import { SampleDialog } from '../pages/Overview/SampleDialog'
import { PeoplePage } from '../pages/People/PeoplePage'
import { SettingsPage } from '../pages/Settings/SettingsPage'
import { SetupPage } from '../pages/Setup/SetupPage'
import { ToolsPage } from '../pages/Tools/ToolsPage'
import { announceArrivals } from '../state/announcer'
import { go, hashOf, type PageName, route } from '../state/route'
import type { Session } from '../state/session'
import { Unseen } from '../state/unseen'
import { Boundary } from './Boundary'
import { useCommands } from './commands'
import { Failed } from './Failed'
import { focusTitle } from './focus'
import { Head } from './Head'
import { Help } from './Help'
import { useKeptFocus, usePageFocus } from './keep-focus'
import { MessageArea } from './MessageArea'
import { Navigation } from './Navigation'
import { overlay } from './overlay'
import type { PageProps } from './page'
import { Palette } from './Palette'
import { SampleBand } from './SampleBand'
import { StatusBar } from './StatusBar'
import './shell.css'

const views: Record<PageName, (props: PageProps) => React.ReactNode> = {
  overview: OverviewPage,
  activity: ActivityPage,
  people: PeoplePage,
  groups: GroupsPage,
  connection: ConnectionPage,
  tools: ToolsPage,
  settings: SettingsPage,
  setup: SetupPage,
}

/** The frame around every page: where one can go, how things stand, and the page. */
export function Shell({ session }: { session: Session }) {
  const { t } = useTranslation()
  const { phase, snapshot, error, offlineSince } = useObservable(session.state)
  const sample = useObservable(session.sample)
  const over = useObservable(overlay)
  const at = useObservable(route)
  const main = useRef<HTMLElement>(null)
  const unseen = useUnseen(session, at.page)
  const ready = phase === 'ready' && snapshot !== null
  const retry = () => void session.retry()
  const Page = views[at.page]

  useCommands(session, ready)
  // Fluent's focus machinery lives while something uses it. When a dialog was its only user, what the dialog hid from
  // assistive technology would stay hidden after it.
  useFocusFinders()

  // What was open in one store is not in the other.
  const store = snapshot?.store ?? ''
  const shownStore = useRef(store)
  useEffect(() => {
    if (shownStore.current && store && shownStore.current !== store) go({ page: route.get().page }, true)
    shownStore.current = store
  }, [store])

  const title = t(`shell.pages.${at.page}`)
  usePageFocus(at.page, title)
  useKeptFocus()
  useEffect(() => {
    document.title = ready ? t('shell.title', { page: title, name: t('shell.name') }) : t('shell.name')
    main.current?.scrollTo(0, 0)
  }, [ready, title, t])

  if (phase === 'failed' && error) {
    return (
      <div className="shell">
        <Head ready={false} />
        <Failed error={error} onRetry={retry} />
      </div>
    )
  }
  if (!ready) {
    return (
      <div className="shell">
        <Head ready={false} />
        <main className="opening">
          <Spinner className="late" label={t(error ? 'shell.openingLong' : 'shell.opening')} />
        </main>
      </div>
    )
  }
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => focusTitle()}>
        {t('shell.skip')}
      </button>
      <Head ready />
      {snapshot.sample && <SampleBand key={store} sample={sample} />}
      <div className="shell-body">
        <Navigation at={at.page} unseen={unseen} />
        <main id="main" className="content" tabIndex={-1} ref={main}>
          <MessageArea page={at.page} snapshot={snapshot} error={error} offlineSince={offlineSince} onRetry={retry} />
          <Boundary key={store} place={hashOf(at)}>
            <Page session={session} snapshot={snapshot} unsure={offlineSince !== null} route={at} />
          </Boundary>
        </main>
      </div>
      <StatusBar snapshot={snapshot} unsure={offlineSince !== null} />
      {over === 'palette' && <Palette session={session} snapshot={snapshot} />}
      {over === 'help' && <Help snapshot={snapshot} />}
      <SampleDialog />
      <RotationDialog snapshot={snapshot} />
    </div>
  )
}

/** Failures that came while other pages were in view; and tells a screen reader what comes in. */
function useUnseen(session: Session, page: PageName): Unseen {
  const { t, i18n } = useTranslation()
  const [unseen] = useState(() => new Unseen())
  useEffect(() => unseen.follow(session), [unseen, session])
  useEffect(() => unseen.look(page === 'activity'), [unseen, page])
  useEffect(() => {
    session.arrived = (count) => {
      unseen.arrived(count)
      announceArrivals(count, (n) => t('activity.unseen', { count: n, formatted: n.toLocaleString(i18n.language) }))
    }
    return () => {
      session.arrived = () => {}
    }
  }, [session, unseen, t, i18n.language])
  return unseen
}
