import { Button, Spinner } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { OAuthInfo, Snapshot } from '../../api/types'
import { endOAuthClient, makeOAuthClient } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useNow } from '../../lib/now'
import { ago, when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { freshClient } from '../../state/rotation'
import { useTokens } from '../../state/tokens'
import { Asked } from './Asked'

/** The other way for Entra to sign in: a client ID and a secret, for which it gets tokens of an hour. */
export function OAuthCard({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { data, error, retry } = useTokens(snapshot)
  const client = data?.oauth
  return (
    <section className="card" aria-labelledby="oauth-title">
      <div className="part-head">
        <h2 id="oauth-title">{t('tokens.oauth.title')}</h2>
        <span className="spring" />
        {unsure ? <Status tone="unknown" word={t('overview.chain.unknown')} /> : client && <Status tone={client.on ? (client.lastUsed ? 'good' : 'waiting') : 'off'} word={t(client.on ? (client.lastUsed ? 'tokens.token.accepted' : 'tokens.token.unused') : 'tokens.oauth.off')} />}
      </div>
      <p className="quiet">{t('tokens.oauth.text')}</p>
      {error && <ErrorBar error={error} onRetry={retry} />}
      {!data && !error && <span className="bone" />}
      {client?.on && (
        <>
          <ClientFields client={client} address={snapshot.address} />
          <dl className="connection-facts">
            <dt>{t('tokens.oauth.secret')}</dt>
            <dd>{t('tokens.token.ending', { lastFour: client.lastFour })}</dd>
            <dt>{t('tokens.token.made')}</dt>
            <dd>{when(client.created, i18n.language)}</dd>
            <dt>{t('tokens.token.used')}</dt>
            <dd>{client.lastUsed ? `${when(client.lastUsed, i18n.language)} (${ago(client.lastUsed, i18n.language, now)})` : t('tokens.token.never')}</dd>
          </dl>
        </>
      )}
      {snapshot.sample ? <p className="quiet">{t('tokens.oauth.sample')}</p> : client && <Deeds client={client} />}
    </section>
  )
}

function Deeds({ client }: { client: OAuthInfo }) {
  const { t } = useTranslation()
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const make = async () => freshClient.set(await makeOAuthClient())
  const first = async () => {
    setWorking(true)
    setError(null)
    await make().catch((thrown: unknown) => setError(toApiError(thrown)))
    setWorking(false)
  }
  const end = async () => {
    await endOAuthClient()
    announce(t('tokens.oauth.ended'))
  }
  return (
    <>
      <div className="buttons">
        {client.on ? (
          <Asked word={t('tokens.oauth.again')} title={t('tokens.oauth.againTitle')} yes={t('tokens.oauth.again')} run={make}>
            <p>{t('tokens.oauth.againText')}</p>
          </Asked>
        ) : (
          <Button disabledFocusable={working} icon={working ? <Spinner size="tiny" /> : null} onClick={() => void first()}>
            {t('tokens.oauth.make')}
          </Button>
        )}
        {client.on && (
          <Asked word={t('tokens.oauth.end')} title={t('tokens.oauth.endTitle')} yes={t('tokens.oauth.end')} run={end}>
            <p>{t('tokens.oauth.endText')}</p>
          </Asked>
        )}
      </div>
      {error && <ErrorBar error={error} />}
    </>
  )
}

/** What Entra's fields are called, and what goes into each. */
export function ClientFields({ client, address }: { client: OAuthInfo; address: string }) {
  const { t } = useTranslation()
  const fields = [
    ['method', t('tokens.oauth.grant')], ['tenantUrl', address], ['tokenUrl', client.tokenUrl], ['clientId', client.clientId], ['sent', t('tokens.oauth.any')], ['scope', t('tokens.oauth.empty')],
  ] as const
  return (
    <dl className="connection-facts">
      {fields.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{t(`tokens.oauth.fields.${name}`)}</dt>
          <dd>
            {name === 'tenantUrl' || name === 'tokenUrl' || name === 'clientId' ? (
              value ? (
                <span className="with-copy">
                  <span className="mono">{value}</span>
                  <CopyButton label={t('tokens.oauth.copy', { name: t(`tokens.oauth.fields.${name}`) })} copied={t('common.actionsBar.copied')} onCopy={() => copy(value)} />
                </span>
              ) : (
                t('tokens.oauth.noAddress')
              )
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
