import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../../components/ErrorBar'
import { PageHead } from '../../components/PageHead'
import { useNow } from '../../lib/now'
import { useObservable } from '../../lib/observable'
import { hasMoved } from '../../lib/tunnel'
import type { PageProps } from '../../shell/page'
import { connection } from '../../state/connection'
import { AddressCard } from './AddressCard'
import { ChangedAddress } from './ChangedAddress'
import { CheckCard } from './CheckCard'
import { GapsCard } from './GapsCard'
import { NgrokSetup } from './NgrokSetup'
import { NightCard } from './NightCard'
import { OAuthCard } from './OAuthCard'
import { OwnCard } from './OwnCard'
import { QuotaCard } from './QuotaCard'
import { SeenCard } from './SeenCard'
import { StepsCard } from './StepsCard'
import { TargetCard } from './TargetCard'
import { TargetTable } from './TargetTable'
import { TokenCard } from './TokenCard'
import { TunnelCard } from './TunnelCard'
import { WayCard } from './WayCard'
import './connection.css'

/** How Entra reaches this folder, what it needs for that, and what was seen of it. A sample has no address on the internet. */
export function ConnectionPage(props: PageProps) {
  return props.route.id === 'target' ? <TargetTable snapshot={props.snapshot} /> : <Cards {...props} />
}

function Cards({ snapshot, unsure, route }: PageProps) {
  const { t } = useTranslation()
  const { saved, error } = useObservable(connection.state)
  const { store, sample, tunnel, changed } = snapshot
  const now = useNow()
  // Every snapshot, since what is told there of the connection is not all of it.
  useEffect(() => void (sample || connection.load(store)), [snapshot, sample, store, now])

  const known = sample ? null : saved
  const off = unsure || sample
  const fixed = known !== null && known.settings.fixed !== ''
  const way = known ? connection.way() : 'none'
  const night = known && <NightCard settings={known.settings} power={known.power} folder={snapshot.folder} off={off} />
  return (
    <>
      <PageHead title={t('shell.pages.connection')} />
      {!sample && hasMoved(snapshot) && <ChangedAddress changed={changed} off={off} />}
      {!sample && error && (
        <div className="message">
          <ErrorBar error={error} onRetry={() => void connection.load(store)} />
        </div>
      )}
      <div className="connection">
        <div className="connection-state">
          {sample && <SampleWay />}
          {known && <WayCard saved={known} off={off} />}
          {!sample && !known && !error && <div className="bone connection-bone" aria-hidden />}
          {known && way === 'ngrok' && !known.authtoken.exists && <NgrokSetup saved={known} off={off} here={route.id === 'tunnel'} />}
          {known && way === 'own' && <OwnCard saved={known} listen={snapshot.listener.listen} off={off || fixed} />}
          <AddressCard snapshot={snapshot} unsure={unsure} />
          {known && way === 'ngrok' && known.authtoken.exists && known.settings.way === 'ngrok' && <TunnelCard saved={known} tunnel={tunnel} off={off} unsure={unsure} here={route.id === 'tunnel'} />}
          <TokenCard snapshot={snapshot} unsure={unsure} here={route.id === 'token'} />
        </div>
        <div className="connection-state connection-seen">
          <StepsCard snapshot={snapshot} />
          <TargetCard snapshot={snapshot} off={unsure} here={route.id === 'system'} />
          <CheckCard snapshot={snapshot} unsure={unsure} here={route.id === 'check'} />
          <SeenCard snapshot={snapshot} unsure={unsure} />
          {known && known.settings.way === 'ngrok' && <QuotaCard quota={known.quota} off={off} here={route.id === 'quota'} />}
          {known && <GapsCard gaps={known.gaps} />}
          {way !== 'ngrok' && night}
        </div>
        {/* What is asked once, or hardly anybody needs, comes last; where there are two columns it fills the shorter one. */}
        <div className="connection-state">
          {way === 'ngrok' && night}
          <OAuthCard snapshot={snapshot} unsure={unsure} />
        </div>
      </div>
    </>
  )
}

/** Why a sample offers no way: it never leaves this computer. */
function SampleWay() {
  const { t } = useTranslation()
  return (
    <section className="card" aria-labelledby="way-title">
      <h2 id="way-title">{t('connection.way.title')}</h2>
      <p>{t('connection.way.sample')}</p>
    </section>
  )
}
