import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Status } from '../../components/Status'
import { reach } from '../../lib/address'
import { when } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { hashOf } from '../../state/route'

/** The address that Entra calls Tenant URL, whether it answers, and who can reach it. */
export function AddressCard({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const { address, listener, sample } = snapshot
  return (
    <section className="card" aria-labelledby="address-title">
      <div className="part-head">
        <h2 id="address-title">{t('connection.address.title')}</h2>
        <span className="spring" />
        {unsure ? (
          <Status tone="unknown" word={t('overview.chain.unknown')} />
        ) : listener.serving ? (
          <Status tone="good" word={t('connection.address.answers', { when: when(listener.since, i18n.language) })} />
        ) : (
          <Status tone="bad" word={t('connection.address.silent')} />
        )}
      </div>
      {address && (
        <p className="value">
          <span className="mono address">{address}</span>
          <CopyButton appearance="secondary" label={t('connection.address.copy')} text={t('common.actionsBar.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
        </p>
      )}
      {!listener.serving && !unsure && (
        <p>
          {t(`${errorKey(listener.code)}.text`)} <span className="code">{listener.code}</span> {detailOf(listener)}{' '}
          <Link href={hashOf({ page: 'settings' })}>{t('overview.remedies.checkListener')}</Link>
        </p>
      )}
      {sample ? <p className="quiet">{t('connection.address.sample')}</p> : <AddressNote address={address} />}
    </section>
  )
}

/** What it means for Entra where the address can be reached from. */
export function AddressNote({ address }: { address: string }) {
  const { t } = useTranslation()
  return <p className="quiet">{t(`connection.address.reach.${reach(address)}`)}</p>
}
