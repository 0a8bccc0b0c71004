export const jobKinds = ['convert', 'import', 'local-ids'] as const
/** What a job is; one of a newer backend reads as other. */
export type JobKind = (typeof jobKinds)[number] | 'other'

export const kindOf = (kind: string): JobKind => jobKinds.find((k) => k === kind) ?? 'other'

export const jobStates = ['running', 'done', 'undoing', 'undone'] as const
/** How a job stands; a state of a newer backend is unknown. */
export type JobState = (typeof jobStates)[number] | 'unknown'

export const stateOf = (state: string): JobState => jobStates.find((s) => s === state) ?? 'unknown'

/** It is under way and can't go on for the reason that its code names; it tries again by itself. */
export const standsStill = (job: { seq?: number; state: string; code: string }): boolean => isUnderWay(job) && job.code !== ''

/** It goes on by itself: nothing else of its kind can begin. */
export const isUnderWay = ({ seq = 1, state }: { seq?: number; state: string }): boolean => seq !== 0 && (state === 'running' || state === 'undoing')
