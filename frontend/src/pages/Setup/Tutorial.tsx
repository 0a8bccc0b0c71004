import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Guide } from '../../api/types'
import { type GuideStepName, inTarget, tutorialPlaces } from '../../lib/guide'
import { hashOf } from '../../state/route'
import { stepOf, stepPlaces } from '../../state/target'
import { targetName } from '../Connection/targetName'

/** What the target's own tutorial asks for at this step. */
export function Tutorial({ guide, step, target }: { guide: Guide; step: GuideStepName; target: string }) {
  const { t } = useTranslation()
  const name = targetName(t, { id: target, name: guide.target })
  const own = guide.tutorial.map(stepOf).filter((code) => code !== null).filter((code) => tutorialPlaces[code] === step)
  if (own.length === 0) return null
  return (
    <div className="setup-tutorial">
      <h3>{t('setup.tutorial', { name })}</h3>
      <ul>
        {own.map((code) => {
          const place = stepPlaces[code]
          return (
            <li key={code} data-step={code}>
              {inTarget.includes(code) && <strong>{t('setup.inTarget', { name })}</strong>} {t(`target.step.${code}`)}{' '}
              {place.page === 'connection' && place.id === 'target' && <Link href={hashOf(place)}>{t('setup.mappingTable')}</Link>}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
