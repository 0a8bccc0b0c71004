import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Status } from '../../components/Status'
import { proofTones, proven, reach } from '../../lib/address'
import { useNow } from '../../lib/now'
import { ago, when } from '../../lib/time'
import { type Way, wayOf } from '../../lib/tunnel'
import { copy } from '../../state/clipboard'
import { hashOf } from '../../state/route'

/** The address that Entra calls Tenant URL, what proves that it is reached, and who can reach it. */
export function AddressCard({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { address, listener, sample, tunnel } = snapshot
  const way = sample ? 'none' : wayOf(tunnel.way)
  const { proof, at } = proven(snapshot, unsure)
  return (
    <section className="card" aria-labelledby="address-title">
      <div className="part-head">
        <h2 id="address-title">{t('connection.address.title')}</h2>
        <span className="spring" />
        <Status tone={proofTones[proof]} word={t(`connection.address.proof.${proof}`, { when: when(at, i18n.language), ago: ago(at, i18n.language, now) })} />
      </div>
      {address && (
        <p className="value">
          <span className="mono address">{address}</span>
          <CopyButton appearance="secondary" label={t('connection.address.copy')} text={t('common.actionsBar.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
        </p>
      )}
      {proof === 'silent' && (
        <p>
          {t(`${errorKey(listener.code)}.text`)} <span className="code">{listener.code}</span> {detailOf(listener)}{' '}
          <Link href={hashOf({ page: 'settings' })}>{t('overview.remedies.checkListener')}</Link>
        </p>
      )}
      {sample ? <p className="quiet">{t('connection.address.sample')}</p> : <AddressNote address={address} way={way} />}
      {!sample && way !== 'none' && address !== '' && <p className="quiet small">{t(`connection.address.browser.${way}`)}</p>}
    </section>
  )
}

/** What it means for Entra where the address can be reached from. */
export function AddressNote({ address, way = 'none' }: { address: string; way?: Way }) {
  const { t } = useTranslation()
  const to = reach(address)
  // While the tunnel has not been up, the address is this computer's own.
  if (way === 'ngrok' && to !== 'https') return <p className="quiet">{t('connection.address.comes')}</p>
  if (way === 'ngrok') return <p className="quiet">{t('connection.address.ngrok')}</p>
  return <p className="quiet">{t(`connection.address.reach.${to}`)}</p>
}
