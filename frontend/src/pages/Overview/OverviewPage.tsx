import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../api/types'
import { overview } from '../../api/wails'
import { PageHead } from '../../components/PageHead'
import { useNow } from '../../lib/now'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { Feed } from '../../state/feed'
import type { Session } from '../../state/session'
import { Attention } from './Attention'
import { Chain } from './Chain'
import { Checklist } from './Checklist'
import { RecentChanges } from './RecentChanges'
import { RequestsChart } from './RequestsChart'
import { SampleCard } from './SampleCard'
import { Tiles } from './Tiles'
import './overview.css'

/** Whether changes arrive and by what evidence, and what they were; before anything came, what is still to do. */
export function OverviewPage({ session, snapshot, unsure }: PageProps) {
  const { t } = useTranslation()
  const { people, groups, sample } = snapshot
  const empty = people.total + people.deleted + groups.total + groups.deleted === 0
  return (
    <>
      <PageHead title={t('shell.pages.overview')} />
      {empty && !sample ? (
        <div className="overview start">
          <Checklist snapshot={snapshot} unsure={unsure} />
          <SampleCard />
        </div>
      ) : (
        <Figures session={session} snapshot={snapshot} unsure={unsure} />
      )}
    </>
  )
}

function Figures({ session, snapshot, unsure }: Omit<PageProps, 'route'>) {
  const feed = useOverview(session)
  const { data, error } = useObservable(feed.view)
  const part = { data, error, onRetry: feed.retry }
  return (
    <div className="overview">
      <Chain snapshot={snapshot} unsure={unsure} />
      <Tiles snapshot={snapshot} unsure={unsure} {...part} />
      <div className="overview-columns">
        <RequestsChart {...part} />
        <RecentChanges {...part} />
        <Attention snapshot={snapshot} unsure={unsure} {...part} />
      </div>
    </div>
  )
}

/** Reads anew when people, groups or the log moved, and when a new hour begins. */
function useOverview(session: Session): Feed<Overview> {
  const [feed] = useState(() => new Feed(overview))
  const hour = Math.floor(useNow() / 3_600_000)
  useEffect(() => feed.moved(), [feed, hour])
  useEffect(() => feed.start(), [feed])
  useEffect(() => {
    const { view } = session.log
    let seen = view.get().last + view.get().unseen
    const stops = [
      session.changes.subscribe(feed.moved),
      view.subscribe(() => {
        const now = view.get().last + view.get().unseen
        if (now !== seen) feed.moved()
        seen = now
      }),
    ]
    return () => stops.forEach((stop) => stop())
  }, [session, feed])
  return feed
}
