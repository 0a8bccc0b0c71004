import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../../components/ErrorBar'
import { PageHead } from '../../components/PageHead'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { settingsDraft } from '../../state/settings'
import { DiagnosticsSection } from './DiagnosticsSection'
import { Folder } from './Folder'
import { KeepSection } from './KeepSection'
import { ListenSection } from './ListenSection'
import { LookSection } from './LookSection'
import './settings.css'

/** How the window looks, and what is set for the user's own folder. */
export function SettingsPage({ session, snapshot, unsure, route }: PageProps) {
  const { t } = useTranslation()
  const { saved, error } = useObservable(settingsDraft.state)
  const changes = useObservable(session.changes)
  useEffect(() => void settingsDraft.load(), [changes, unsure])
  const off = snapshot.sample || unsure
  const below = saved || error ? route.id : '' // what stands above has its place
  return (
    <>
      <PageHead title={t('settings.title')} />
      <div className="settings">
        <LookSection here={route.id} />
        {snapshot.sample && <p className="settings-note">{t('settings.yours')}</p>}
        {error && <ErrorBar error={error} onRetry={() => void settingsDraft.load()} />}
        {saved ? (
          <>
            <ListenSection here={route.id} saved={saved} off={off} />
            <KeepSection here={route.id} saved={saved} off={off} />
          </>
        ) : (
          !error && <div className="settings-bones" aria-hidden>{[0, 1].map((n) => <div key={n} className="bone" />)}</div>
        )}
        <Folder here={below} sample={snapshot.sample} unsure={unsure} />
        <DiagnosticsSection here={below} />
      </div>
    </>
  )
}
