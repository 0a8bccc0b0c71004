import type { Snapshot, Tokens, TokenUse } from '../api/types'
import { tokens } from '../api/wails'
import { useFeed } from './feed'

/** What is accepted and how a rotation goes, read anew with each snapshot. */
export const useTokens = (snapshot: Snapshot) => useFeed(tokens, snapshot)

/** How far a rotation has come. Pasting: nothing came with the new token yet. Quiet: it did, and the old one ends when it has been quiet. */
export type Stage = 'pasting' | 'quiet' | 'over' | 'undone'

/** Tells it for the token that was made in it. */
export function stageOf({ current, old, newSeen }: Pick<Tokens, 'current' | 'old' | 'newSeen'>, made: string): Stage {
  if (current.id !== made) return 'undone'
  if (!old.exists) return 'over'
  return newSeen ? 'quiet' : 'pasting'
}

/** Whose token a request came with. */
export type Whose = 'current' | 'old' | 'ended' | 'client' | 'stranger'

export function whose({ accepted, lastFour }: TokenUse, { current, old, ended }: Pick<Tokens, 'current' | 'old' | 'ended'>): Whose {
  if (accepted) return lastFour === current.lastFour ? 'current' : lastFour === old.lastFour && old.exists ? 'old' : ended.some((t) => t.lastFour === lastFour) ? 'ended' : 'client'
  return ended.some((t) => t.lastFour !== '' && t.lastFour === lastFour) ? 'ended' : 'stranger'
}

/** Of the last requests, how many came with the new token, with the old one, and with neither. */
export function counts(all: Pick<Tokens, 'current' | 'old' | 'ended' | 'recent'>): { now: number; before: number; other: number } {
  const of = (these: readonly Whose[]) => all.recent.filter((use) => these.includes(whose(use, all))).length
  return { now: of(['current']), before: of(['old']), other: of(['ended', 'client', 'stranger']) }
}

/** The end of a day as it is chosen in a date field, in the computer's own zone; '' for none. */
export function endOfDay(day: string): string {
  const at = new Date(`${day}T23:59:59`)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}

/** A day as a date field takes it. */
export function dayOf(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
