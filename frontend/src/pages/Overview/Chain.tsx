import { Button } from '@fluentui/react-components'
import { CloudRegular, DatabaseRegular, DesktopRegular, GlobeRegular } from '@fluentui/react-icons'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { evidence, isTrial, type Link, type Receiving, reasonText, type Remedy, remedyPlace } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { when } from '../../lib/time'
import { wayOf } from '../../lib/tunnel'
import { visit } from '../../shell/focus'
import { OpenEntra } from '../Connection/OpenEntra'
import { CheckLine } from './CheckLine'
import { LastGap } from './LastGap'
import { TunnelButton } from './TunnelButton'

const tones: Record<Link['state'], Tone> = { ok: 'good', degraded: 'warning', down: 'bad', unknown: 'unknown' }

/** Whether changes arrive, and by what evidence, link by link. */
export function Chain({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const found = evidence(snapshot, unsure, now)
  const { state, tone, remedy, since } = found
  const advice = remedy === 'checkEntra' ? remedy : state === 'reconnecting' || state === 'unreachable' || (state === 'quiet' && !snapshot.sample && !isTrial(snapshot)) ? state : null
  const node = (name: 'entra' | 'invented' | 'tunnel' | 'own' | 'app' | 'database', icon: ComponentType, link: Link) => (
    <ChainNode name={t(`overview.chain.${name}`)} icon={icon} state={link.state} text={reasonText(t, i18n.language, link, now)} />
  )
  return (
    <section className="card chain" aria-labelledby="chain-title">
      <div className="part-head">
        <h2 id="chain-title" className="chain-title">
          <Status tone={tone} word={t(`overview.heads.${headOf(state, snapshot)}`, { when: since && when(since, i18n.language) })} />
        </h2>
        <span className="spring" />
        {remedy && <RemedyButton remedy={remedy} refused={snapshot.refused} />}
      </div>
      {advice && <p>{t(`overview.advice.${advice}`)}</p>}
      <ol aria-label={t('overview.chain.label')}>
        {node(snapshot.sample ? 'invented' : 'entra', CloudRegular, found.entra)}
        {found.tunnel && node(wayOf(snapshot.tunnel.way) === 'own' ? 'own' : 'tunnel', GlobeRegular, found.tunnel)}
        {node('app', DesktopRegular, found.app)}
        {node('database', DatabaseRegular, found.database)}
      </ol>
      {!snapshot.sample && !unsure && <LastGap gap={snapshot.gap} />}
      <CheckLine snapshot={snapshot} unsure={unsure} />
    </section>
  )
}

/** Of what is receiving or quiet the head names who sends: Entra, an invented one, or somebody on this computer. */
function headOf(state: Receiving, snapshot: Snapshot): Receiving | 'sample' | 'here' | 'hereQuiet' {
  if (state === 'receiving' && snapshot.sample) return 'sample'
  if (isTrial(snapshot) && state === 'receiving') return 'here'
  return isTrial(snapshot) && state === 'quiet' ? 'hereQuiet' : state
}

function ChainNode({ name, icon: Icon, state, text }: { name: string; icon: ComponentType; state: Link['state']; text: string }) {
  const { t } = useTranslation()
  return (
    <li className={`chain-node ${state}`}>
      <span className="chain-name">
        <Icon aria-hidden />
        <strong>{name}</strong>
        <Status tone={tones[state]} word={t(`overview.chain.${state}`)} />
      </span>
      <span className="quiet small">{text}</span>
    </li>
  )
}

function RemedyButton({ remedy, refused }: { remedy: Remedy; refused: Snapshot['refused'] }) {
  const { t } = useTranslation()
  if (remedy === 'checkEntra') return <OpenEntra />
  if (remedy === 'start' || remedy === 'reconnect') return <TunnelButton deed={remedy} />
  return <Button onClick={() => visit(remedyPlace(remedy, refused))}>{t(`overview.remedies.${remedy}`)}</Button>
}
