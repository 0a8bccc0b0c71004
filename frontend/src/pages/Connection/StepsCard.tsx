import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { reach } from '../../lib/address'
import { when } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { OpenEntra } from './OpenEntra'

/** What to press and paste in Entra, in its own words. */
export function StepsCard({ snapshot }: { snapshot: Snapshot }) {
  const { t, i18n } = useTranslation()
  const { address, token, sample } = snapshot
  const way = reach(address)
  return (
    <section className="card steps" aria-labelledby="steps-title">
      <div className="part-head">
        <h2 id="steps-title">{t('connection.steps.title')}</h2>
        <span className="spring" />
        <OpenEntra />
      </div>
      {sample && <p>{t('connection.steps.sample')}</p>}
      <ol>
        <li>
          {t('connection.steps.app')}
          <p className="quiet small">{t('connection.steps.newApp')}</p>
        </li>
        <li>
          {t('connection.steps.provisioning')}
          <p className="quiet small">{t('connection.steps.portals')}</p>
        </li>
        <li>
          {t('connection.steps.url')}
          {!sample && way === 'none' && ` ${t('connection.steps.urlComes')}`}
          {!sample && (way === 'thisComputer' || way === 'unencrypted') && ` ${t('connection.steps.urlElsewhere', { address })}`}
          {!sample && way === 'https' && (
            <span className="with-copy">
              <span className="mono">{address}</span>
              <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
            </span>
          )}
        </li>
        <li>
          {t('connection.steps.token')}
          <p className="quiet small">{sample ? t('connection.steps.tokenYours') : token.exists ? t('connection.steps.tokenLost', { lastFour: token.lastFour }) : t('connection.steps.tokenFirst')}</p>
        </li>
        <li>
          {t('connection.steps.test')}
          {!sample && <p className="quiet small">{token.exists && token.lastUsed ? t('connection.steps.tested', { when: when(token.lastUsed, i18n.language) }) : t('connection.steps.notTested')}</p>}
        </li>
        <li>{t('connection.steps.save')}</li>
        <li>{t('connection.steps.begin')}</li>
      </ol>
    </section>
  )
}
