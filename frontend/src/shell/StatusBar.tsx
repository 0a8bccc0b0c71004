import { Button, Tooltip } from '@fluentui/react-components'
import { ArrowSwapRegular, DesktopRegular, InfoRegular, KeyRegular, PeopleRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../api/types'
import { Status } from '../components/Status'
import { evidence, isRotating, reasonText } from '../lib/evidence'
import { useNow } from '../lib/now'
import { ago, moment, when } from '../lib/time'
import { lasted, stateOf, tunnelTones, wayOf } from '../lib/tunnel'
import { type PageName } from '../state/route'
import { visit } from './focus'
import { useNarrow } from './narrow'
import { show } from './overlay'

interface Known {
  snapshot: Snapshot
  unsure: boolean
}

/** How things stand, from evidence; each part leads to its page. */
export function StatusBar({ snapshot, unsure }: Known) {
  const { t, i18n } = useTranslation()
  const narrow = useNarrow()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const counts = t('shell.bar.counts', {
    people: t('shell.bar.people', { count: snapshot.people.total, formatted: number(snapshot.people.total) }),
    groups: t('shell.bar.groups', { count: snapshot.groups.total, formatted: number(snapshot.groups.total) }),
  })
  return (
    <footer id="status-bar" className="status-bar" aria-label={t('shell.bar.label')}>
      <ReceivingCell snapshot={snapshot} unsure={unsure} />
      {!snapshot.sample && <TunnelCell snapshot={snapshot} unsure={unsure} />}
      <LastRequestCell snapshot={snapshot} unsure={unsure} />
      <TokenCell snapshot={snapshot} unsure={unsure} />
      <Cell to="people" tip={t(unsure ? 'shell.bar.fromBefore' : 'shell.bar.countsTip', { deleted: number(snapshot.people.deleted) })}>
        <PeopleRegular aria-hidden /> <span className="cell-word">{counts}</span>
      </Cell>
      <span className="spring" />
      <Tooltip relationship="description" content={t('shell.bar.versionTip', { when: when(snapshot.started, i18n.language) })} positioning="above">
        <Button className="cell" appearance="transparent" onClick={() => show('help')}>
          <InfoRegular aria-hidden /> <span className="cell-word">{narrow ? snapshot.version : t('shell.bar.version', { version: snapshot.version })}</span>
        </Button>
      </Tooltip>
    </footer>
  )
}

/** Renders by the clock, and alone. */
function ReceivingCell({ snapshot, unsure }: Known) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const found = evidence(snapshot, unsure, now)
  const { state, tone } = found
  return (
    <Cell to="overview" tip={reasonText(t, i18n.language, found, now)}>
      <Status tone={tone} word={t(`overview.states.${state}`)} />
    </Cell>
  )
}

/** The way from the internet to this app, and since when. */
function TunnelCell({ snapshot, unsure }: Known) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { tunnel } = snapshot
  const way = wayOf(tunnel.way)
  const { tunnel: link } = evidence(snapshot, unsure, now)
  const state = stateOf(tunnel)
  const isUp = state === 'up'
  const word = unsure
    ? t('shell.bar.tunnel.unknown')
    : way === 'own'
      ? t('shell.bar.tunnel.own')
      : t(`shell.bar.tunnel.${state}`, { lasted: isUp ? lasted((now - Date.parse(tunnel.since)) / 1000, i18n.language) : '' })
  if (!link) {
    return (
      <Cell to="connection" tip={t('shell.bar.tunnel.localTip')}>
        <DesktopRegular aria-hidden /> <span className="cell-word">{t('shell.bar.tunnel.local')}</span>
      </Cell>
    )
  }
  const tone = unsure ? 'unknown' : way === 'own' || isUp ? linkTones[link.state] : tunnelTones[state]
  return (
    <Cell to="connection" tip={reasonText(t, i18n.language, link, now)}>
      <Status tone={tone} word={word} />
    </Cell>
  )
}

const linkTones = { ok: 'good', degraded: 'warning', down: 'bad', unknown: 'unknown' } as const

function LastRequestCell({ snapshot, unsure }: Known) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const at = snapshot.lastEntra
  if (unsure) {
    return (
      <Cell to="activity" tip={t('shell.bar.fromBefore')}>
        <Status tone="unknown" word={t('shell.bar.lastUnknown')} />
      </Cell>
    )
  }
  return (
    <Cell to="activity" tip={at ? t('shell.bar.lastTip', { when: moment(at, i18n.language) }) : t('overview.reasons.nothingYet')}>
      <ArrowSwapRegular aria-hidden />
      <span className="cell-word">{at ? t('shell.bar.last', { ago: ago(at, i18n.language, now) }) : t('shell.bar.never')}</span>
    </Cell>
  )
}

function TokenCell({ snapshot, unsure }: Known) {
  const { t, i18n } = useTranslation()
  const { token, oldToken, refused } = snapshot
  const { state } = evidence(snapshot, unsure, Date.now())
  const made = token.created && when(token.created, i18n.language)
  const [content, tip]: [ReactNode, string] = unsure
    ? [<Status tone="unknown" word={t('shell.bar.tokenUnknown')} />, t('shell.bar.fromBefore')]
    : !token.exists
      ? [<Status tone="neutral" word={t('shell.bar.oauth')} />, t('shell.bar.oauthTip')]
      : isRotating(snapshot) && state !== 'refused'
        ? [<Status tone="waiting" word={t('shell.bar.rotation')} />, t('shell.bar.rotationTip', { lastFour: token.lastFour, old: oldToken.lastFour })]
        : [
            <>
              <KeyRegular aria-hidden /> <span className="cell-word">{t('shell.bar.token', { lastFour: token.lastFour })}</span>
            </>,
            // That one was refused is told by the first cell.
            state !== 'refused'
              ? t(token.lastUsed ? 'shell.bar.tokenTip' : 'shell.bar.tokenUnusedTip', { made, used: token.lastUsed && when(token.lastUsed, i18n.language) })
              : refused.ended
                ? t('shell.bar.refusedOldTip', { ended: when(refused.ended, i18n.language), when: when(refused.at, i18n.language), sent: refused.lastFour, lastFour: token.lastFour })
                : t('shell.bar.refusedTip', { when: when(refused.at, i18n.language), lastFour: token.lastFour }),
          ]
  if (state === 'noToken' || (!unsure && !token.exists && !snapshot.oauth)) return null // nothing to tell, or the first cell says it
  return (
    <Cell to="connection" tip={tip}>
      {content}
    </Cell>
  )
}

function Cell({ to, tip, children }: { to: PageName; tip: string; children: ReactNode }) {
  return (
    <Tooltip relationship="description" content={tip} positioning="above">
      <Button className="cell" appearance="transparent" onClick={() => visit({ page: to })}>
        {children}
      </Button>
    </Tooltip>
  )
}
