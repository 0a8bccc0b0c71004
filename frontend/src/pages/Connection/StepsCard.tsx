import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { reach } from '../../lib/address'
import { evidence, fresh, isTrial } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { when } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { OpenEntra } from './OpenEntra'

/** What to press and paste in Entra, in its own words; folded once Entra has what it needs. */
export function StepsCard({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  const now = useNow()
  const [shown, setShown] = useState(false)
  const { lastEntra, sample } = snapshot
  const { state } = evidence(snapshot, false, now)
  const done = !sample && lastEntra !== '' && fresh(snapshot) && state !== 'refused' && state !== 'moved' && reach(snapshot.address) === 'https'
  return (
    <section className="card steps" aria-labelledby="steps-title">
      <div className="part-head">
        <h2 id="steps-title">{t('connection.steps.title')}</h2>
        <span className="spring" />
        <OpenEntra />
      </div>
      {sample && <p>{t('connection.steps.sample')}</p>}
      {done && (
        <div className="connection-line">
          <span>{t('connection.steps.done')}</span>
          <span className="spring" />
          <Button size="small" aria-expanded={shown} onClick={() => setShown(!shown)}>
            {t(shown ? 'connection.steps.hide' : 'connection.steps.show')}
          </Button>
        </div>
      )}
      {(!done || shown) && <Steps snapshot={snapshot} />}
    </section>
  )
}

function Steps({ snapshot }: { snapshot: Snapshot }) {
  const { address, token, sample, lastEntra } = snapshot
  const { t, i18n } = useTranslation()
  const way = reach(address)
  return (
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
          {sample && ` ${t('connection.steps.urlYours')}`}
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
        {!sample && <p className="quiet small">{token.exists && lastEntra && fresh(snapshot) && !isTrial(snapshot) ? t('connection.steps.tested', { when: when(lastEntra, i18n.language) }) : t('connection.steps.notTested')}</p>}
      </li>
      <li>{t('connection.steps.save')}</li>
      <li>{t('connection.steps.begin')}</li>
    </ol>
  )
}
