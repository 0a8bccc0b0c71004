import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Guide } from '../../api/types'
import { type GuideStepName, inTarget, tutorialPlaces } from '../../lib/guide'
import { hashOf } from '../../state/route'
import { stepOf, stepPlaces } from '../../state/target'

/** What the target's own tutorial asks for at this step. */
export function Tutorial({ guide, step }: { guide: Guide; step: GuideStepName }) {
  const { t } = useTranslation()
  const own = guide.tutorial.map(stepOf).filter((code) => code !== null).filter((code) => tutorialPlaces[code] === step)
  if (own.length === 0) return null
  return (
    <div className="setup-tutorial">
      <h3>{t('setup.tutorial', { name: guide.target })}</h3>
      <ul>
        {own.map((code) => {
          const place = stepPlaces[code]
          return (
            <li key={code} data-step={code}>
              {inTarget.includes(code) && <strong>{t('setup.inTarget', { name: guide.target })}</strong>} {t(`target.step.${code}`)}{' '}
              {place.page === 'connection' && place.id === 'target' && <Link href={hashOf(place)}>{t('setup.mappingTable')}</Link>}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
