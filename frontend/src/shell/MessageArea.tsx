import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, detailOf, errorKey } from '../api/errors'
import type { Snapshot } from '../api/types'
import { evidence } from '../lib/evidence'
import { useNow } from '../lib/now'
import { trouble } from '../lib/status'
import { ago, when } from '../lib/time'
import { hasMoved } from '../lib/tunnel'
import { announceLoss, announceNews } from '../state/announcer'
import { copy } from '../state/clipboard'
import type { PageName } from '../state/route'
import { visit } from './focus'

export interface MessageAreaProps {
  page: PageName
  snapshot: Snapshot
  error: ApiError | null
  offlineSince: string | null
  onRetry: () => void
}

const day = 24 * 60 * 60_000

interface Message {
  /** Tells one from the next; the words of the same may change with the clock. */
  id: string
  intent: 'error' | 'warning'
  title: string
  text: string
  code?: string
  detail?: string
  actions: { word: string; run: () => void }[]
  /** Changes are no longer received: a screen reader tells it at once. */
  loss?: boolean
  /** Can be put aside, where nothing is lost by it, until this changes. */
  until?: string
}

/** The one thing that matters most now: what it means and what to do. Nothing when all is well. */
export function MessageArea(props: MessageAreaProps) {
  const { t } = useTranslation()
  const [dismissed, setDismissed] = useState('')
  const message = useWorst(props)
  const id = message?.id
  const told = useRef<Message | null>(null)
  const again = t(`overview.states.${evidence(props.snapshot, props.offlineSince !== null, Date.now()).state}`)
  useEffect(() => {
    const before = told.current
    told.current = message
    if (message) (message.loss ? announceLoss : announceNews)(`${message.title} ${message.text}`)
    else if (before?.loss) announceNews(again)
  }, [id]) // not when the clock changes its words
  if (!message || (message.until !== undefined && message.until === dismissed)) return null
  const { intent, title, text, code, detail, actions, until } = message
  return (
    <MessageBar intent={intent} layout="multiline" className="message">
      <MessageBarBody>
        <MessageBarTitle>{title}</MessageBarTitle>
        {text} {code && <span className="code">{code}</span>}
        {detail && (
          <div className="small quiet wrap" lang="en">
            {detail}
          </div>
        )}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          until !== undefined ? (
            <Button appearance="transparent" icon={<DismissRegular />} aria-label={t('shell.message.dismiss')} title={t('shell.message.dismiss')} onClick={() => setDismissed(until)} />
          ) : null
        }
      >
        {actions.map(({ word, run }) => (
          <Button key={word} onClick={run}>
            {word}
          </Button>
        ))}
      </MessageBarActions>
    </MessageBar>
  )
}

/** Worst first: nothing is known, nothing is kept, nothing is heard, nobody knows where to, nothing is accepted, nothing comes, it will soon end. */
function useWorst({ page, snapshot, error, offlineSince, onRetry }: MessageAreaProps): Message | null {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const retry = { word: t('common.actionsBar.retry'), run: onRetry }
  const link = (to: PageName, word: string, id = '') => (page === to && !id ? [] : [{ word, run: () => visit({ page: to, id }) }])

  if (offlineSince) {
    return {
      id: `offline ${offlineSince}`, intent: 'error', loss: true, title: t('shell.offline', { when: when(offlineSince, i18n.language) }), text: t('shell.message.offline'), actions: [retry],
      ...(error ? { code: error.code } : {}),
    }
  }
  const fault = trouble(snapshot)
  if (fault) {
    const key = errorKey(fault.code)
    const isListener = snapshot.database.state === 'ok'
    return {
      id: fault.code, intent: 'error', loss: true, title: t(`${key}.text`), text: t(`${key}.action`), code: fault.code, detail: detailOf(fault),
      actions: isListener && !snapshot.sample ? [...link('settings', t('shell.message.changeAddress'), 'listen'), retry] : [retry],
    }
  }
  const { tunnel, changed, quota, sample } = snapshot
  if (!sample && hasMoved(snapshot) && page !== 'connection') {
    return {
      id: `changed ${changed.new}`, intent: 'error', loss: true, title: t('shell.message.changed'), text: t('shell.message.changedText', { address: changed.new }),
      actions: [{ word: t('shell.message.copyNew'), run: () => void copy(changed.new) }, ...link('connection', t('shell.message.showConnection'))],
    }
  }
  if (!sample && tunnel.way === 'ngrok' && tunnel.state === 'blocked' && page !== 'connection') {
    const key = errorKey(tunnel.code)
    return {
      id: `blocked ${tunnel.code} ${tunnel.since}`, intent: 'error', loss: true, title: t('shell.message.blocked'), code: tunnel.code,
      text: key === 'errors.INTERNAL' ? tunnel.message : `${t(`${key}.text`)} ${t(`${key}.action`)}`, actions: link('connection', t('shell.message.showConnection'), 'tunnel'),
    }
  }
  const { state, since } = evidence(snapshot, false, now)
  if (state === 'refused') {
    return {
      id: 'refused', until: `refused ${since}`, intent: 'warning',
      ...(snapshot.refused.ended
        ? { title: t('shell.message.refusedEnded', { ended: when(snapshot.refused.ended, i18n.language), lastFour: snapshot.refused.lastFour }), text: t('shell.message.refusedEndedText', { now: snapshot.token.lastFour }) }
        : { title: t('shell.message.refused', { ago: ago(since, i18n.language, now) }), text: t('shell.message.refusedText', { lastFour: snapshot.token.lastFour }) }),
      actions: [
        ...link('connection', t('shell.message.paste')),
        ...(snapshot.refused.activity > 0 ? link('activity', t('shell.message.showRequest'), String(snapshot.refused.activity)) : []),
      ],
    }
  }
  if (state === 'silent') {
    return {
      id: `silent ${since}`, intent: 'warning', title: t('shell.message.silent', { ago: ago(since, i18n.language, now) }), text: t('shell.message.silentText'),
      actions: link('overview', t('shell.message.showChain')), until: `silent ${since}`,
    }
  }
  const { expires } = snapshot.token
  const left = Date.parse(expires) - now
  if (left > 0 && left < 7 * day) {
    return {
      id: `expiring ${expires}`, until: `expiring ${expires}`, intent: 'warning', title: t('tokens.remind.expiring', { when: when(expires, i18n.language) }), text: t('tokens.remind.expiringText'),
      actions: link('connection', t('shell.message.showToken'), 'token'),
    }
  }
  if (!sample && tunnel.way === 'ngrok' && (quota === 'critical' || quota === 'over')) {
    return {
      id: `quota ${quota}`, intent: 'warning', title: t(quota === 'over' ? 'shell.message.quotaOver' : 'shell.message.quota'), text: t('shell.message.quotaText'),
      actions: link('connection', t('shell.message.showQuota'), 'quota'), until: `quota ${quota} ${new Date(now).getUTCMonth()}`,
    }
  }
  return null
}
