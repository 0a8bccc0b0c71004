import type { TFunction } from 'i18next'
import type { Snapshot } from '../api/types'
import type { PageName, Route } from '../state/route'
import { ago, when } from './time'

/**
 * Whether changes arrive, decided from evidence alone. Waiting: nothing has come yet. Quiet, late and silent: the last
 * accepted request is one, two, three of Entra's cycles old. New token: it was made after the last accepted request. Refused: a request without a good token came after the last
 * accepted one.
 */
export type Receiving = 'receiving' | 'waiting' | 'newToken' | 'quiet' | 'late' | 'silent' | 'refused' | 'noToken' | 'notReceiving' | 'unknown'

/** A link of the chain Entra -> this app -> database. */
export interface Link {
  state: 'ok' | 'degraded' | 'down' | 'unknown'
  /** The key of a sentence in locales under overview.reasons. */
  reason: Reason
  /** When it became so, '' if that is not known. */
  since: string
}

export type Reason =
  | 'offline' | 'received' | 'nothingYet' | 'newToken' | 'nothingFor' | 'refused' | 'refusedFirst' | 'noToken' | 'sampleEnded' | 'blocked'
  | 'serving' | 'notServing' | 'saving' | 'full' | 'readOnly' | 'locked' | 'corrupt' | 'failing' | 'databaseUnknown'

export type Tone = 'good' | 'warning' | 'bad' | 'unknown' | 'neutral' | 'waiting'

/** What helps; the texts are in locales under overview.remedies. */
export type Remedy = 'makeToken' | 'connect' | 'paste' | 'showRefused' | 'checkEntra' | 'checkListener' | 'checkDatabase'

export interface Evidence {
  state: Receiving
  tone: Tone
  reason: Reason
  since: string
  remedy: Remedy | null
  entra: Link
  app: Link
  database: Link
}

const minute = 60_000
/** Entra comes about every 40 minutes and sends nothing else when nothing changed. */
export const quietAfter = 45 * minute
export const lateAfter = 80 * minute
export const silentAfter = 120 * minute

type Known = Pick<Snapshot, 'listener' | 'database' | 'token' | 'lastEntra' | 'refused' | 'sample'>

const tones: Record<Receiving, Tone> = {
  receiving: 'good', waiting: 'waiting', newToken: 'warning', quiet: 'waiting', late: 'warning', silent: 'bad', refused: 'warning', noToken: 'warning',
  notReceiving: 'bad', unknown: 'unknown',
}

const databaseReasons: Record<string, Reason> = {
  ok: 'saving', full: 'full', 'read-only': 'readOnly', locked: 'locked', corrupt: 'corrupt', failing: 'failing',
}

/** Reads the evidence. Unsure: the snapshot may be out of date, so that nothing is known. */
export function evidence(snapshot: Known, unsure: boolean, now: number): Evidence {
  if (unsure) {
    const link: Link = { state: 'unknown', reason: 'offline', since: '' }
    return { state: 'unknown', tone: 'unknown', reason: 'offline', since: '', remedy: null, entra: link, app: link, database: link }
  }
  const app = appLink(snapshot)
  const database = databaseLink(snapshot)
  const entra = entraLink(snapshot, app, database, now)
  const { state, reason, since, remedy } = overall(app, database, entra)
  return { state, tone: tones[state], reason, since, remedy, entra: entra.link, app, database }
}

function appLink({ listener }: Known): Link {
  return listener.serving
    ? { state: 'ok', reason: 'serving', since: listener.since }
    : { state: 'down', reason: 'notServing', since: listener.since }
}

function databaseLink({ database }: Known): Link {
  const reason = databaseReasons[database.state]
  if (!reason) return { state: 'unknown', reason: 'databaseUnknown', since: database.since }
  return { state: database.state === 'ok' ? 'ok' : 'down', reason, since: database.since }
}

interface Sender {
  state: Receiving
  link: Link
  remedy: Remedy | null
}

/** Whether the last accepted request came with the token of now: an earlier one says nothing about it. */
export function fresh({ token, lastEntra }: Pick<Known, 'token' | 'lastEntra'>): boolean {
  return token.exists && Date.parse(lastEntra) >= Date.parse(token.created)
}

/** What is known of Entra, from real requests only. */
function entraLink({ token, lastEntra, refused, sample }: Known, app: Link, database: Link, now: number): Sender {
  const sender = (state: Receiving, of: Link['state'], reason: Reason, since: string, remedy: Remedy | null): Sender => ({ state, link: { state: of, reason, since }, remedy })
  if (app.state === 'down' || database.state === 'down') return sender('notReceiving', 'unknown', 'blocked', '', null)
  if (!token.exists) return sender('noToken', 'down', 'noToken', '', 'makeToken')
  if (refused.at && Date.parse(refused.at) > (Date.parse(lastEntra) || 0) && Date.parse(refused.at) > (Date.parse(token.created) || 0)) {
    return sender('refused', 'degraded', fresh({ token, lastEntra }) ? 'refused' : 'refusedFirst', refused.at, 'showRefused')
  }
  if (!lastEntra) return sender('waiting', 'unknown', 'nothingYet', '', 'connect')
  if (!fresh({ token, lastEntra })) {
    return sample ? sender('quiet', 'unknown', 'sampleEnded', lastEntra, null) : sender('newToken', 'degraded', 'newToken', token.created, 'paste')
  }
  const age = now - Date.parse(lastEntra)
  if (age < quietAfter) return sender('receiving', 'ok', 'received', lastEntra, null)
  if (sample) return sender('quiet', 'unknown', 'sampleEnded', lastEntra, null)
  if (age < lateAfter) return sender('quiet', 'unknown', 'nothingFor', lastEntra, null)
  if (age < silentAfter) return sender('late', 'degraded', 'nothingFor', lastEntra, 'checkEntra')
  return sender('silent', 'down', 'nothingFor', lastEntra, 'checkEntra')
}

/** The worst link speaks for the whole. */
function overall(app: Link, database: Link, entra: Sender): Pick<Evidence, 'state' | 'reason' | 'since' | 'remedy'> {
  if (database.state === 'down') return { state: 'notReceiving', reason: database.reason, since: database.since, remedy: 'checkDatabase' }
  if (app.state === 'down') return { state: 'notReceiving', reason: app.reason, since: app.since, remedy: 'checkListener' }
  if (database.state === 'unknown') return { state: 'unknown', reason: database.reason, since: database.since, remedy: null }
  return { state: entra.state, reason: entra.link.reason, since: entra.link.since, remedy: entra.remedy }
}

/** The sentence for a reason, with its time. */
export function reasonText(t: TFunction, language: string, { reason, since }: Pick<Link, 'reason' | 'since'>, now: number): string {
  return t(`overview.reasons.${reason}`, since ? { when: when(since, language, new Date(now)), ago: ago(since, language, now) } : { when: '', ago: '' })
}

/** Where a remedy is found; opening Entra is none of this window's places. */
export function remedyPlace(remedy: Exclude<Remedy, 'checkEntra'>, refused: { activity: number }): Partial<Route> & { page: PageName } {
  if (remedy === 'showRefused' && refused.activity > 0) return { page: 'activity', id: String(refused.activity) }
  return { page: remedy === 'checkListener' || remedy === 'checkDatabase' ? 'settings' : 'connection' }
}
