import { Button } from '@fluentui/react-components'
import { CloudRegular, DatabaseRegular, DesktopRegular } from '@fluentui/react-icons'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { evidence, type Link, reasonText, type Remedy, remedyPlace } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { visit } from '../../shell/focus'
import { OpenEntra } from '../Connection/OpenEntra'

const tones: Record<Link['state'], Tone> = { ok: 'good', degraded: 'warning', down: 'bad', unknown: 'unknown' }

/** Whether changes arrive, and by what evidence, link by link. */
export function Chain({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const found = evidence(snapshot, unsure, now)
  const { state, tone, remedy } = found
  const advice = remedy === 'checkEntra' ? remedy : state === 'quiet' && !snapshot.sample ? 'quiet' : null
  const node = (name: 'entra' | 'app' | 'database', icon: ComponentType) => (
    <ChainNode
      name={name === 'entra' && snapshot.sample ? t('overview.chain.invented') : t(`overview.chain.${name}`)}
      icon={icon}
      state={found[name].state}
      text={reasonText(t, i18n.language, found[name], now)}
    />
  )
  return (
    <section className="card chain" aria-labelledby="chain-title">
      <div className="part-head">
        <h2 id="chain-title" className="chain-title">
          <Status tone={tone} word={t(snapshot.sample && state === 'receiving' ? 'overview.heads.sample' : `overview.heads.${state}`)} />
        </h2>
        <span className="spring" />
        {remedy && <RemedyButton remedy={remedy} refused={snapshot.refused} />}
      </div>
      {advice && <p>{t(`overview.advice.${advice}`)}</p>}
      <ol aria-label={t('overview.chain.label')}>
        {node('entra', CloudRegular)}
        {node('app', DesktopRegular)}
        {node('database', DatabaseRegular)}
      </ol>
    </section>
  )
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
  return remedy === 'checkEntra' ? <OpenEntra /> : <Button onClick={() => visit(remedyPlace(remedy, refused))}>{t(`overview.remedies.${remedy}`)}</Button>
}
