import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Gap } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { useNow } from '../../lib/now'
import { moment, when } from '../../lib/time'
import { causeOf, gapSize, type GapSize, lasted } from '../../lib/tunnel'
import { OpenEntra } from './OpenEntra'

const tones: Record<GapSize, Tone> = { unseen: 'neutral', few: 'waiting', long: 'warning', given: 'bad' }
const shownAtFirst = 3

/** The times in which nobody could reach this folder: why, what Entra will have done, and what to press there. */
export function GapsCard({ gaps }: { gaps: Gap[] }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const worst = gaps.some((gap) => ['long', 'given'].includes(gapSize(gap)))
  const shown = all ? gaps : gaps.slice(0, shownAtFirst)
  return (
    <section className="card" aria-labelledby="gaps-title">
      <div className="part-head gaps-head">
        <h2 id="gaps-title">{t('connection.gaps.title')}</h2>
        <span className="spring" />
        {worst && <OpenEntra />}
      </div>
      {gaps.length === 0 ? (
        <p className="quiet">{t('connection.gaps.none')}</p>
      ) : (
        <>
          <ol className="connection-gaps">
            {shown.map((gap) => (
              <GapRow key={gap.from} gap={gap} />
            ))}
          </ol>
          {gaps.length > shownAtFirst && (
            <Button appearance="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? t('connection.gaps.fewer') : t('connection.gaps.all', { count: gaps.length })}
            </Button>
          )}
        </>
      )}
    </section>
  )
}

function GapRow({ gap }: { gap: Gap }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const lasts = gap.to === ''
  const seconds = lasts ? Math.max(gap.seconds, (now - Date.parse(gap.from)) / 1000) : gap.seconds
  const size = gapSize({ ...gap, seconds })
  const from = when(gap.from, i18n.language)
  const span = lasts ? t('connection.gaps.since', { from }) : t('connection.gaps.span', { from, to: when(gap.to, i18n.language) })
  return (
    <li>
      <div className="part-head">
        <strong title={moment(gap.from, i18n.language)}>{span}</strong>
        <span className="quiet">{lasted(seconds, i18n.language)}</span>
        <span className="spring" />
        <Status tone={tones[size]} word={gap.visits > 0 ? t('connection.gaps.visits', { count: gap.visits }) : t('connection.gaps.unseen')} />
      </div>
      <p>{t(`connection.gaps.causes.${causeOf(gap)}`)}</p>
      {gap.detail && (
        <p className="small quiet wrap" lang="en">
          {gap.detail}
        </p>
      )}
      <p className="quiet">{t(lasts && (size === 'few' || size === 'unseen') ? 'connection.gaps.lasting' : `connection.gaps.sizes.${size}`)}</p>
    </li>
  )
}
