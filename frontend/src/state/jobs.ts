import { useEffect, useRef, useState } from 'react'
import { type ApiError, toApiError } from '../api/errors'
import type { JobInfo, JobPage, JobRow, Snapshot } from '../api/types'
import { job as readJob, jobRows, jobs } from '../api/wails'
import { isUnderWay } from '../lib/jobs'
import { type FeedView, useFeed } from './feed'
import { PlanList } from './plan'

const rowsEvery = 1_000

/** All jobs, the newest first; the one under way as it stands now. */
export function useJobs({ job }: Snapshot): FeedView<JobInfo[]> & { retry: () => void } {
  const feed = useFeed(jobs, `${job.seq} ${job.state} ${job.undone}`)
  const data = feed.data?.map((one) => (one.seq === job.seq ? job : one)) ?? null
  return { ...feed, data }
}

export interface JobView {
  job: JobInfo | null
  error: ApiError | null
  retry: () => void
}

/** One job as it stands now; 0 is none. */
export function useJob(seq: number, { job: live }: Snapshot): JobView {
  const [read, setRead] = useState<{ job: JobInfo | null; error: ApiError | null }>({ job: null, error: null })
  const [turn, setTurn] = useState(0)
  const here = live.seq === seq
  // Rows that are taken back one by one change no job that is under way, so that it is read when the live one moves.
  const moved = here ? '' : `${live.seq} ${live.state}`
  useEffect(() => {
    if (seq === 0 || here) return
    let gone = false
    readJob(seq).then(
      (job) => gone || setRead({ job, error: null }),
      (thrown: unknown) => gone || setRead({ job: null, error: toApiError(thrown) }),
    )
    return () => {
      gone = true
    }
  }, [seq, here, moved, turn])
  const job = here ? live : read.job?.seq === seq ? read.job : null
  return { job, error: here ? null : read.error, retry: () => setTurn((n) => n + 1) }
}

/** The rows of a job; while it is under way they follow it. */
export function useJobRows(job: JobInfo | null): PlanList<JobRow, JobPage> {
  const [list] = useState(() => new PlanList<JobRow, JobPage>(({ plan, ...q }) => jobRows({ ...q, job: Number(plan) })))
  const seq = job?.seq ?? 0
  useEffect(() => list.use(seq === 0 ? '' : String(seq)), [list, seq])
  const at = job ? `${job.state} ${job.done} ${job.failed} ${job.undone} ${job.refused}` : ''
  const busy = job !== null && isUnderWay(job)
  const last = useRef(0)
  useEffect(() => {
    // At once when it has ended, and at most once a second before.
    const timer = setTimeout(() => {
      last.current = Date.now()
      list.moved()
    }, busy ? Math.max(0, last.current + rowsEvery - Date.now()) : 0)
    return () => clearTimeout(timer)
  }, [list, at, busy])
  return list
}
