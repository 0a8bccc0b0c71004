import { useState } from 'react'
import { type ApiError, toApiError } from '../api/errors'
import type { CheckState, CheckStep, Snapshot } from '../api/types'
import { cancelCheck, check, startCheck } from '../api/wails'
import { useFeed } from './feed'

/** Steps follow each other faster than anything else that is shown. */
const every = 250

/** The self-check under way or the last one, and how to begin and end one. */
export function useCheck(snapshot: Snapshot) {
  const feed = useFeed(check, snapshot, every)
  const [starting, setStarting] = useState(false)
  const [failed, setFailed] = useState<ApiError | null>(null)
  const act = async (deed: () => Promise<unknown>) => {
    setStarting(true)
    setFailed(null)
    try {
      await deed()
    } catch (thrown) {
      setFailed(toApiError(thrown))
    }
    setStarting(false)
    feed.retry()
  }
  return {
    ...feed,
    /** It could not be begun or ended. */
    failed,
    starting,
    run: (person: boolean) => void act(() => startCheck(person)),
    cancel: () => void act(cancelCheck),
  }
}

export const stepStates = ['waiting', 'running', 'ok', 'warning', 'failed', 'skipped'] as const
export type StepState = (typeof stepStates)[number] | 'unknown'

/** One from a newer backend is unknown, and so never shown as good. */
export function stepState({ state }: Pick<CheckStep, 'state'>): StepState {
  return stepStates.find((one) => one === state) ?? 'unknown'
}

const stepNames = ['dns', 'connect', 'tls', 'edge', 'path', 'credential', 'match', 'create', 'patch', 'read', 'disable', 'delete'] as const
export type StepName = (typeof stepNames)[number] | 'other'

export const stepName = (name: string): StepName => stepNames.find((one) => one === name) ?? 'other'

const stops = ['network', 'certificate', 'edge', 'rule', 'proxy', 'app', 'database'] as const
export type Stop = (typeof stops)[number] | 'unknown'

/** Who stopped a step; null if nobody did. */
export const stopOf = ({ where }: Pick<CheckStep, 'where'>): Stop | null => (where === '' ? null : (stops.find((one) => one === where) ?? 'unknown'))

/** How a self-check stands as a whole. */
export type Result = 'never' | 'running' | 'elsewhere' | 'passed' | 'warned' | 'failed' | 'cancelled'

export function resultOf({ running, started, finished, other, ok, failed, steps }: Pick<CheckState, 'running' | 'started' | 'finished' | 'other' | 'ok' | 'failed' | 'steps'>): Result {
  if (running) return 'running'
  if (!started || !finished) return 'never'
  if (other) return 'elsewhere'
  if (failed) return 'failed'
  if (!ok) return 'cancelled'
  return steps.some((one) => one.state === 'warning') ? 'warned' : 'passed'
}

/** The step that is under way: the first that is not over, counted from 1. */
export function stepNow({ steps }: Pick<CheckState, 'steps'>): { at: number; name: StepName } {
  const i = steps.findIndex(({ state }) => state === 'running' || state === 'waiting')
  return { at: i < 0 ? steps.length : i + 1, name: stepName((steps[i] ?? steps.at(-1))?.name ?? '') }
}
