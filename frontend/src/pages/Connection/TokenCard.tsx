import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot, TokenInfo, Tokens } from '../../api/types'
import { dismissReminder, endToken, rotateToken, setTokenExpiry } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { evidence, isRotating, lateAfter } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { ago, moment, when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { freshToken } from '../../state/rotation'
import { useTokens } from '../../state/tokens'
import { Asked } from './Asked'
import { ExpiryDialog } from './ExpiryDialog'
import { TokenButton } from './TokenButton'

/** The secret token: which, since when, when it was used, and how to change it. The secret itself is never here. */
export function TokenCard({ snapshot, unsure, here = false }: { snapshot: Snapshot; unsure: boolean; here?: boolean }) {
  const { t } = useTranslation()
  const { token, oldToken, sample } = snapshot
  const { data, error, retry } = useTokens(snapshot)
  return (
    <section className="card" aria-labelledby="token-title">
      <div className="part-head">
        <h2 id="token-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('tokens.token.title')}</h2>
        <span className="spring" />
        <TokenStatus snapshot={snapshot} unsure={unsure} />
      </div>
      {token.exists ? (
        <>
          <Facts token={token} title={isRotating(snapshot) ? t('tokens.token.newOne') : ''} endable={!sample} />
          {isRotating(snapshot) && (
            <>
              <Facts token={oldToken} title={t('tokens.token.oldOne')} />
              <OldEnds data={data} />
            </>
          )}
        </>
      ) : (
        <p>{t(snapshot.oauth ? 'tokens.token.noneOauth' : 'tokens.token.noneText')}</p>
      )}
      {error && <ErrorBar error={error} onRetry={retry} />}
      {data && !unsure && <Reminders data={data} />}
      <p className="quiet">{t(sample ? 'tokens.token.sample' : 'tokens.token.hint')}</p>
      <div className="buttons">
        <TokenButton snapshot={snapshot} />
        {token.exists && !sample && <LeakedButton snapshot={snapshot} />}
        <EndButton sample={sample} token={token} />
      </div>
    </section>
  )
}

function TokenStatus({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { token, oldToken, refused } = snapshot
  if (unsure) return <Status tone="unknown" word={t('overview.chain.unknown')} />
  if (!token.exists) return <Status tone={snapshot.oauth ? 'neutral' : 'warning'} word={t('tokens.token.none')} />
  if (evidence(snapshot, unsure, now).state === 'refused') {
    // A stranger's wrong token says nothing about one that Entra used lately.
    const acceptedLately = [token, oldToken].some(({ lastUsed }) => now - Date.parse(lastUsed) < lateAfter)
    return <Status tone="warning" word={acceptedLately ? t('tokens.token.lastRefused', { ago: ago(refused.at, i18n.language, now) }) : t('overview.states.refused')} />
  }
  if (isRotating(snapshot)) return <Status tone="waiting" word={t('tokens.token.rotating')} />
  return <Status tone={token.lastUsed ? 'good' : 'waiting'} word={t(token.lastUsed ? 'tokens.token.accepted' : 'tokens.token.unused')} />
}

/** One token's facts; the admin may have the one of now end. */
function Facts({ token, title, endable = false }: { token: TokenInfo; title: string; endable?: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const [choosing, setChoosing] = useState(false)
  return (
    <>
      <p className="value">
        {title && <strong>{title}</strong>}
        <span className="mono">{t('tokens.token.ending', { lastFour: token.lastFour })}</span>
      </p>
      <dl className="connection-facts">
        <dt>{t('tokens.token.made')}</dt>
        <dd title={moment(token.created, i18n.language)}>{when(token.created, i18n.language)}</dd>
        <dt>{t('tokens.token.used')}</dt>
        <dd title={token.lastUsed && moment(token.lastUsed, i18n.language)}>
          {token.lastUsed ? `${when(token.lastUsed, i18n.language)} (${ago(token.lastUsed, i18n.language, now)})` : t('tokens.token.never')}
        </dd>
        {(endable || token.expires) && (
          <>
            <dt>{t('tokens.expiry.ends')}</dt>
            <dd>
              {token.expires ? when(token.expires, i18n.language) : t('tokens.expiry.never')}
              {endable && (
                <Button size="small" appearance="subtle" onClick={() => setChoosing(true)}>
                  {t(token.expires ? 'tokens.expiry.change' : 'tokens.expiry.set')}
                </Button>
              )}
            </dd>
          </>
        )}
      </dl>
      {choosing && <ExpiryDialog token={token} onClose={() => setChoosing(false)} />}
    </>
  )
}

/** When the old token ends by itself. */
function OldEnds({ data }: { data: Tokens | null }) {
  const { t, i18n } = useTranslation()
  if (!data) return null
  return <p className="quiet">{data.oldEnds ? t('tokens.watch.endsAt', { when: when(data.oldEnds, i18n.language) }) : t('tokens.watch.endsLater')}</p>
}

/** What the admin should do about the token some day; at most one at a time. */
function Reminders({ data }: { data: Tokens }) {
  const { t, i18n } = useTranslation()
  const { current, asks, expiring, reminds } = data
  if (expiring) {
    return (
      <Reminder intent="warning" title={t('tokens.remind.expiring', { when: when(current.expires, i18n.language) })} text={t('tokens.remind.expiringText')}>
        <Deed word={t('tokens.expiry.remove')} run={() => setTokenExpiry('')} />
      </Reminder>
    )
  }
  if (asks) return <Reminder intent="warning" title={t('tokens.remind.asks', { when: when(current.created, i18n.language) })} text={t('tokens.remind.asksText')} />
  if (!reminds) return null
  return (
    <Reminder intent="info" title={t('tokens.remind.old', { when: when(current.created, i18n.language) })} text={t('tokens.remind.oldText')}>
      <Deed word={t('tokens.remind.dismiss')} run={dismissReminder} />
    </Reminder>
  )
}

function Reminder({ intent, title, text, children }: { intent: 'warning' | 'info'; title: string; text: string; children?: ReactNode }) {
  return (
    <MessageBar intent={intent} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {text}
      </MessageBarBody>
      {children && <MessageBarActions>{children}</MessageBarActions>}
    </MessageBar>
  )
}

/** Does it at once; what it changes is seen by itself. */
function Deed({ word, run }: { word: string; run: () => Promise<void> }) {
  const { t } = useTranslation()
  const [failed, setFailed] = useState(false)
  return (
    <>
      {failed && <span role="alert">{t('tokens.remind.failed')}</span>}
      <Button onClick={() => void run().then(() => setFailed(false), () => setFailed(true))}>{word}</Button>
    </>
  )
}

/** Ends the old token in the same moment: whoever has it gets in no more, and neither does Entra until it has the new one. */
function LeakedButton({ snapshot: { token, oldToken, sample, address } }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  const run = async () => {
    const made = await rotateToken({ leaked: true, force: false, expires: '' })
    freshToken.set({ made, before: 'ended', sample, address })
  }
  const lastFour = oldToken.exists ? `${oldToken.lastFour}, ${token.lastFour}` : token.lastFour
  return (
    <Asked word={t('tokens.leaked.button')} title={t('tokens.leaked.title')} yes={t('tokens.leaked.yes')} run={run}>
      <p>{t('tokens.leaked.text', { lastFour })}</p>
      <p>{t('tokens.leaked.entra')}</p>
    </Asked>
  )
}

/** It stays, switched off, when there is no token any more: the focus is still on it. */
function EndButton({ sample, token }: { sample: boolean; token: Snapshot['token'] }) {
  const { t } = useTranslation()
  const run = async () => {
    await endToken()
    announce(t('tokens.end.done'))
  }
  return (
    <Asked word={t('tokens.end.button')} title={t('tokens.end.title')} yes={t('tokens.end.yes')} disabled={!token.exists} run={run}>
      <p>{t('tokens.end.text', { lastFour: token.lastFour })}</p>
      <p>{t(sample ? 'tokens.end.sample' : 'tokens.end.entra')}</p>
    </Asked>
  )
}
