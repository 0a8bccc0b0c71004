import type { TFunction } from 'i18next'
import { errorKey } from '../api/errors'
import type { Snapshot } from '../api/types'
import type { PageName, Route } from '../state/route'
import { ago, when } from './time'
import { deedOf, hasMoved, stateOf, wayOf } from './tunnel'

/**
 * Whether changes arrive, decided from evidence alone. Waiting: nothing has come yet. Quiet, late and silent: the last
 * accepted request is one, two, three of Entra's cycles old. New token: it was made after the last accepted request. Refused: a request without a good token came after the last
 * accepted one. Connecting and unreachable: the way from the internet to this app is being opened, or is not open. Moved: the public
 * address is another than the one that Entra was given.
 */
export type Receiving =
  | 'receiving' | 'waiting' | 'newToken' | 'quiet' | 'late' | 'silent' | 'refused' | 'noToken' | 'connecting' | 'reconnecting' | 'unreachable' | 'moved' | 'notReceiving' | 'unknown'

/** A link of the chain Entra -> public address -> this app -> database. */
export interface Link {
  state: 'ok' | 'degraded' | 'down' | 'unknown'
  /** The key of a sentence in locales under overview.reasons. */
  reason: Reason
  /** When it became so, '' if that is not known. */
  since: string
  /** What the sentence names besides: ended is a time, code one of errors. */
  about?: Readonly<{ lastFour?: string; ended?: string; code?: string; old?: string }>
}

export type Reason =
  | 'offline' | 'received' | 'receivedOld' | 'receivedHere' | 'onlyHere' | 'nothingYet' | 'newToken' | 'nothingFor' | 'refused' | 'refusedFirst' | 'refusedEnded' | 'noToken' | 'sampleEnded' | 'blocked' | 'unreachable'
  | 'tunnelUp' | 'tunnelStarting' | 'tunnelReconnecting' | 'tunnelBlocked' | 'tunnelOff' | 'tunnelUnknown' | 'tunnelFailed' | 'moved' | 'ownUnknown' | 'ownCame' | 'ownChecked' | 'ownBefore' | 'ownFailed'
  | 'serving' | 'servingTunnel' | 'notServing' | 'saving' | 'full' | 'readOnly' | 'locked' | 'corrupt' | 'failing' | 'databaseUnknown'

export type Tone = 'good' | 'warning' | 'bad' | 'unknown' | 'neutral' | 'waiting'

/** What helps; the texts are in locales under overview.remedies. */
export type Remedy = 'makeToken' | 'connect' | 'paste' | 'showRefused' | 'checkEntra' | 'checkListener' | 'checkDatabase' | 'start' | 'reconnect' | 'authtoken' | 'tunnel' | 'giveAddress' | 'showCheck'

export interface Evidence {
  state: Receiving
  tone: Tone
  reason: Reason
  since: string
  about: NonNullable<Link['about']>
  remedy: Remedy | null
  entra: Link
  /** The way from the internet to this app; null where there is none but this computer. */
  tunnel: Link | null
  app: Link
  database: Link
}

const minute = 60_000
/** Entra comes about every 40 minutes and sends nothing else when nothing changed. */
export const quietAfter = 45 * minute
export const lateAfter = 80 * minute
export const silentAfter = 120 * minute
/** For so long a good self-check speaks for an address that nothing else is known of. */
export const checkHolds = 24 * 60 * minute

export type Known = Pick<Snapshot, 'listener' | 'database' | 'token' | 'oldToken' | 'oauth' | 'lastEntra' | 'lastVia' | 'lastToken' | 'lastLocal' | 'refused' | 'sample' | 'tunnel' | 'changed' | 'check'>

const tones: Record<Receiving, Tone> = {
  receiving: 'good', waiting: 'waiting', newToken: 'warning', quiet: 'waiting', late: 'warning', silent: 'bad', refused: 'warning', noToken: 'warning', connecting: 'waiting',
  reconnecting: 'warning', unreachable: 'bad', moved: 'bad', notReceiving: 'bad', unknown: 'unknown',
}

const databaseReasons: Record<string, Reason> = {
  ok: 'saving', full: 'full', 'read-only': 'readOnly', locked: 'locked', corrupt: 'corrupt', failing: 'failing',
}

/** The steps of a self-check before the app itself is asked. */
const outside = ['dns', 'connect', 'tls', 'edge']

/** Reads the evidence. Unsure: the snapshot may be out of date, so that nothing is known. */
export function evidence(snapshot: Known, unsure: boolean, now: number): Evidence {
  if (unsure) {
    const link: Link = { state: 'unknown', reason: 'offline', since: '' }
    const tunnel = wayOf(snapshot.tunnel.way) === 'none' ? null : link
    return { state: 'unknown', tone: 'unknown', reason: 'offline', since: '', about: {}, remedy: null, entra: link, tunnel, app: link, database: link }
  }
  const app = appLink(snapshot)
  const database = databaseLink(snapshot)
  const tunnel = tunnelLink(snapshot, now)
  const entra = entraLink(snapshot, app, database, tunnel, now)
  const { state, reason, since, about = {}, remedy } = overall(app, database, tunnel, entra)
  return { state, tone: tones[state], reason, since, about, remedy, entra: entra.link, tunnel: tunnel?.link ?? null, app, database }
}

/** What comes through ngrok needs no port: without one this app is only out of this computer's own reach. */
function appLink({ listener, tunnel }: Known): Link {
  if (listener.serving) return { state: 'ok', reason: 'serving', since: listener.since }
  if (wayOf(tunnel.way) === 'ngrok') return { state: 'degraded', reason: 'servingTunnel', since: listener.since }
  return { state: 'down', reason: 'notServing', since: listener.since }
}

function databaseLink({ database }: Known): Link {
  const reason = databaseReasons[database.state]
  if (!reason) return { state: 'unknown', reason: 'databaseUnknown', since: database.since }
  return { state: database.state === 'ok' ? 'ok' : 'down', reason, since: database.since }
}

/** A link that says more of the whole than its own state. */
interface Sender {
  state: Receiving
  link: Link
  remedy: Remedy | null
}

/** What is known of the way from the internet to this app. */
function tunnelLink(known: Known, now: number): Sender | null {
  const way = wayOf(known.tunnel.way)
  if (way === 'none' || known.sample) return null
  return way === 'ngrok' ? ngrokLink(known) : ownLink(known, now)
}

function ngrokLink({ tunnel, changed, check }: Known): Sender {
  const { since, code } = tunnel
  const sender = (state: Receiving, of: Link['state'], reason: Reason, remedy: Remedy | null, more: Partial<Link> = {}): Sender => ({ state, link: { state: of, reason, since, ...more }, remedy })
  switch (stateOf(tunnel)) {
    case 'up':
      if (hasMoved({ changed })) return sender('moved', 'degraded', 'moved', 'giveAddress', { since: changed.at, about: { old: changed.old } })
      if (failedOutside(check) && Date.parse(check.finished) > (Date.parse(since) || 0)) return sender('receiving', 'degraded', 'tunnelFailed', 'showCheck', { since: check.finished })
      return sender('receiving', 'ok', 'tunnelUp', null)
    case 'starting':
      return sender('connecting', 'unknown', 'tunnelStarting', null)
    case 'reconnecting':
      return sender('reconnecting', 'down', 'tunnelReconnecting', 'reconnect')
    case 'blocked':
      return sender('unreachable', 'down', 'tunnelBlocked', deedOf(tunnel) === 'token' ? 'authtoken' : 'tunnel', { about: { code } })
    case 'off':
      return sender('unreachable', 'down', 'tunnelOff', deedOf(tunnel) === 'token' ? 'authtoken' : 'start')
    case 'unknown':
      return sender('unknown', 'unknown', 'tunnelUnknown', null)
  }
}

/**
 * An address of the admin's own is known by self-checks, and by what comes from outside: a good token is with nobody but Entra. So a computer that
 * can't reach itself by its own public name, as behind many routers, is not called unreachable while Entra comes.
 */
function ownLink({ changed, check, lastEntra, lastVia, listener }: Known, now: number): Sender {
  const link = (state: Link['state'], reason: Reason, since = check.finished): Link => ({ state, reason, since })
  if (hasMoved({ changed })) return { state: 'moved', link: { ...link('degraded', 'moved', changed.at), about: { old: changed.old } }, remedy: 'giveAddress' }
  const came = Date.parse(lastEntra)
  if (lastVia !== 'tunnel' && now - came < lateAfter && came >= (Date.parse(listener.since) || 0) && !(Date.parse(check.finished) > came)) return { state: 'receiving', link: link('ok', 'ownCame', lastEntra), remedy: null }
  if (failedOutside(check)) return { state: 'unreachable', link: link('down', 'ownFailed'), remedy: 'showCheck' }
  const isFresh = check.ok && now - Date.parse(check.finished) < checkHolds
  return { state: 'receiving', link: isFresh ? link('ok', 'ownChecked') : check.ok ? link('unknown', 'ownBefore') : link('unknown', 'ownUnknown', ''), remedy: null }
}

/** The last self-check did not come through to this app. */
function failedOutside({ running, finished, ok, failed }: Snapshot['check']): boolean {
  return !running && finished !== '' && !ok && outside.includes(failed)
}

/** Whether the last accepted request came with a token that is accepted now: an earlier one says nothing about it. */
export function fresh({ token, oldToken, oauth, lastEntra }: Pick<Known, 'token' | 'oldToken' | 'oauth' | 'lastEntra'>): boolean {
  if (!token.exists) return oauth && lastEntra !== ''
  return Date.parse(lastEntra) >= Date.parse((oldToken.exists ? oldToken : token).created)
}

/** The last request came from this computer, as nothing else can: that is a trial, and says nothing of Entra. */
export const isTrial = ({ tunnel, lastVia, sample }: Pick<Known, 'tunnel' | 'lastVia' | 'sample'>): boolean => !sample && wayOf(tunnel.way) === 'none' && lastVia === 'local'

/** Two tokens are accepted, until the old one ends. */
export const isRotating = ({ oldToken }: Pick<Known, 'oldToken'>): boolean => oldToken.exists

/** What is known of Entra, from real requests only. */
function entraLink(known: Known, app: Link, database: Link, tunnel: Sender | null, now: number): Sender {
  const { token, lastEntra, refused, sample } = known
  const sender = (state: Receiving, of: Link['state'], reason: Reason, since: string, remedy: Remedy | null, about: NonNullable<Link['about']> = {}): Sender => ({ state, link: { state: of, reason, since, about }, remedy })
  if (app.state === 'down' || database.state === 'down') return sender('notReceiving', 'unknown', 'blocked', '', null)
  if (tunnel?.link.state === 'down') return sender('unreachable', 'unknown', 'unreachable', '', null)
  if (!token.exists && !known.oauth) return sender('noToken', 'down', 'noToken', '', 'makeToken')
  if (refused.at && Date.parse(refused.at) > (Date.parse(lastEntra) || 0) && Date.parse(refused.at) > (Date.parse(token.created) || 0)) {
    const reason = refused.ended ? 'refusedEnded' : fresh(known) ? 'refused' : 'refusedFirst'
    return sender('refused', 'degraded', reason, refused.at, 'showRefused', { lastFour: refused.lastFour, ended: refused.ended })
  }
  if (!lastEntra) return sender('waiting', 'unknown', known.lastLocal ? 'onlyHere' : 'nothingYet', known.lastLocal, 'connect')
  if (!fresh(known)) {
    return sample ? sender('quiet', 'unknown', 'sampleEnded', lastEntra, null) : sender('newToken', 'degraded', 'newToken', token.created, 'paste')
  }
  const age = now - Date.parse(lastEntra)
  if (isTrial(known)) return age < quietAfter ? sender('receiving', 'ok', 'receivedHere', lastEntra, null) : sender('quiet', 'unknown', 'receivedHere', lastEntra, null)
  const isOld = isRotating(known) && known.lastToken === known.oldToken.id
  if (age < quietAfter) return sender('receiving', 'ok', isOld ? 'receivedOld' : 'received', lastEntra, null)
  if (sample) return sender('quiet', 'unknown', 'sampleEnded', lastEntra, null)
  if (age < lateAfter) return sender('quiet', 'unknown', 'nothingFor', lastEntra, null)
  if (age < silentAfter) return sender('late', 'degraded', 'nothingFor', lastEntra, 'checkEntra')
  return sender('silent', 'down', 'nothingFor', lastEntra, 'checkEntra')
}

/** The worst link speaks for the whole. */
function overall(app: Link, database: Link, tunnel: Sender | null, entra: Sender): Pick<Evidence, 'state' | 'remedy'> & Omit<Link, 'state'> {
  if (database.state === 'down') return { ...database, state: 'notReceiving', remedy: 'checkDatabase' }
  if (app.state === 'down') return { ...app, state: 'notReceiving', remedy: 'checkListener' }
  if (database.state === 'unknown') return { ...database, state: 'unknown', remedy: null }
  if (tunnel && tunnel.state !== 'receiving') return { ...tunnel.link, state: tunnel.state, remedy: tunnel.remedy }
  return { ...entra.link, state: entra.state, remedy: entra.remedy ?? tunnel?.remedy ?? null }
}

/** The sentence for a reason, with its time. */
export function reasonText(t: TFunction, language: string, { reason, since, about }: Pick<Link, 'reason' | 'since' | 'about'>, now: number): string {
  if (reason === 'tunnelBlocked') return t(`${errorKey(about?.code ?? '')}.text`)
  const at = (iso: string) => iso && when(iso, language, new Date(now))
  return t(`overview.reasons.${reason}`, { when: at(since), ago: since && ago(since, language, now), lastFour: about?.lastFour ?? '', ended: at(about?.ended ?? ''), old: about?.old ?? '' })
}

/** Where a remedy is found; opening Entra and moving the tunnel are none of this window's places. */
export function remedyPlace(remedy: Exclude<Remedy, 'checkEntra' | 'start' | 'reconnect'>, refused: { activity: number }): Partial<Route> & { page: PageName } {
  if (remedy === 'showRefused' && refused.activity > 0) return { page: 'activity', id: String(refused.activity) }
  if (remedy === 'checkListener' || remedy === 'checkDatabase') return { page: 'settings' }
  if (remedy === 'showCheck') return { page: 'connection', id: 'check' }
  return { page: 'connection', id: remedy === 'authtoken' || remedy === 'tunnel' ? 'tunnel' : remedy === 'makeToken' || remedy === 'paste' ? 'token' : '' }
}
