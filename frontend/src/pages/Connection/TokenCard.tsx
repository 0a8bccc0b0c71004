import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { endToken } from '../../api/wails'
import { Confirm } from '../../components/Confirm'
import { Status } from '../../components/Status'
import { evidence, lateAfter } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { ago, moment, when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { TokenButton } from './TokenButton'

/** The secret token: which, since when, when it was used, and how to change it. The secret itself is never here. */
export function TokenCard({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { token, sample, refused } = snapshot
  const refusedNow = evidence(snapshot, unsure, now).state === 'refused'
  // A stranger's wrong token says nothing about one that Entra used lately.
  const acceptedLately = now - Date.parse(token.lastUsed) < lateAfter
  return (
    <section className="card" aria-labelledby="token-title">
      <div className="part-head">
        <h2 id="token-title">{t('tokens.token.title')}</h2>
        <span className="spring" />
        {unsure ? (
          <Status tone="unknown" word={t('overview.chain.unknown')} />
        ) : !token.exists ? (
          <Status tone="warning" word={t('tokens.token.none')} />
        ) : refusedNow ? (
          <Status tone="warning" word={acceptedLately ? t('tokens.token.lastRefused', { ago: ago(refused.at, i18n.language, now) }) : t('overview.states.refused')} />
        ) : (
          <Status tone={token.lastUsed ? 'good' : 'waiting'} word={t(token.lastUsed ? 'tokens.token.accepted' : 'tokens.token.unused')} />
        )}
      </div>
      {token.exists ? (
        <>
          <p className="value">
            <span className="mono">{t('tokens.token.ending', { lastFour: token.lastFour })}</span>
          </p>
          <dl className="connection-facts">
            <dt>{t('tokens.token.made')}</dt>
            <dd title={moment(token.created, i18n.language)}>{when(token.created, i18n.language)}</dd>
            <dt>{t('tokens.token.used')}</dt>
            <dd title={token.lastUsed && moment(token.lastUsed, i18n.language)}>
              {token.lastUsed ? `${when(token.lastUsed, i18n.language)} (${ago(token.lastUsed, i18n.language, now)})` : t('tokens.token.never')}
            </dd>
          </dl>
        </>
      ) : (
        <p>{t('tokens.token.noneText')}</p>
      )}
      <p className="quiet">{t(sample ? 'tokens.token.sample' : 'tokens.token.hint')}</p>
      <div className="buttons">
        <TokenButton snapshot={snapshot} />
        <EndButton sample={sample} token={token} />
      </div>
    </section>
  )
}

/** It stays, switched off, when there is no token any more: the focus is still on it. */
function EndButton({ sample, token }: { sample: boolean; token: Snapshot['token'] }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const end = async () => {
    setWorking(true)
    setError(null)
    try {
      await endToken()
      setAsking(false)
      announce(t('tokens.end.done'))
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setWorking(false)
    }
  }
  return (
    <>
      <Button disabledFocusable={!token.exists} onClick={() => setAsking(true)}>{t('tokens.end.button')}</Button>
      {asking && (
        <Confirm
          title={t('tokens.end.title')}
          confirm={t('tokens.end.yes')}
          busy={working}
          error={error}
          onConfirm={() => void end()}
          onClose={() => {
            setAsking(false)
            setError(null)
          }}
        >
          <p>{t('tokens.end.text', { lastFour: token.lastFour })}</p>
          <p>{t(sample ? 'tokens.end.sample' : 'tokens.end.entra')}</p>
        </Confirm>
      )}
    </>
  )
}
