import { Button } from '@fluentui/react-components'
import { ArrowUndoRegular, DismissRegular } from '@fluentui/react-icons'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../../api/errors'
import type { JobInfo, JobRow } from '../../../api/types'
import { exportJob, type Format, undoJob } from '../../../api/wails'
import { Confirm } from '../../../components/Confirm'
import { EmptyState } from '../../../components/EmptyState'
import { ErrorBar } from '../../../components/ErrorBar'
import type { Column } from '../../../components/Grid'
import { JobProgress } from '../../../components/JobProgress'
import { Marked } from '../../../components/Marked'
import { FromTo, PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import { announce } from '../../../state/announcer'
import { type JobView, useJobRows } from '../../../state/jobs'
import { useChosen } from '../chosen'
import { SaveButton } from '../SaveButton'
import { rowWord } from '../words'
import { JobStrip } from './JobStrip'

const mostTicked = 1_000

/** What somebody is asked about: the job as a whole, or some of its rows. */
type Asking = { n: readonly number[] } | null

/** A job in full: how far it is, what became of each row, the ways back, and its files. */
export function JobDetail({ view: { job, error, retry }, unsure, onUndone }: { view: JobView; unsure: boolean; onUndone?: () => void }) {
  const { t, i18n } = useTranslation()
  const list = useJobRows(job)
  const view = useObservable(list.view)
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set())
  const [asking, setAsking] = useState<Asking>(null)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<ApiError | null>(null)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const seq = job?.seq ?? 0
  const { row, inGrid, inStrip } = useChosen(list, seq)
  useEffect(() => setTicked(new Set()), [seq])

  const search = view.answered?.search ?? ''
  const columns = useMemo((): Column<JobRow>[] => [
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1fr)', render: (row) => <span title={row.name}><Marked text={row.name || row.id} search={search} /></span> },
    { id: 'from', title: t('journal.columns.before'), width: 'minmax(110px, 1.5fr)', render: (row) => <FromTo from={row.from} to={row.to} side="from" /> },
    { id: 'to', title: t('journal.columns.after'), width: 'minmax(110px, 1.9fr)', render: (row) => <FromTo from={row.from} to={row.to} side="to" /> },
    { id: 'state', title: t('directory.columns.state'), width: 'minmax(126px, 0.6fr)', render: (row) => <span title={row.reason}><Status {...rowWord(t, row.state)} /></span> },
  ], [t, search])

  if (!job) return error ? <ErrorBar error={error} onRetry={retry} /> : null

  const undo = async (n: readonly number[]) => {
    setBusy(true)
    setFailed(null)
    try {
      await undoJob({ job: job.seq, n: [...n] })
      setAsking(null)
      setTicked(new Set())
      announce(t(n.length === 0 ? 'journal.undo.begun' : 'journal.undo.done', { count: n.length, formatted: number(n.length) }))
      retry()
      list.moved()
      onUndone?.()
    } catch (thrown) {
      setFailed(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  const { active } = inGrid
  const tick = async (index: number, extend: boolean) => {
    const from = extend && active !== null ? Math.min(active, index) : index
    const to = extend && active !== null ? Math.max(active, index) : index
    const rows = await list.rows(from, Math.min(to, from + mostTicked - 1)).catch(() => [])
    setTicked((before) => {
      const after = new Set(before)
      for (const { n } of rows) if (extend || !after.delete(n)) after.add(n)
      return after
    })
  }
  const tickAll = async () => {
    if (ticked.size > 0) return setTicked(new Set())
    const rows = await list.rows(0, Math.min(view.total, mostTicked) - 1).catch(() => [])
    setTicked(new Set(rows.map(({ n }) => n)))
  }
  const waiting = job.total - job.done - job.failed - job.undone - job.refused
  const counts = [
    { state: 'done', count: job.done }, { state: 'failed', count: job.failed }, { state: 'undone', count: job.undone }, { state: 'refused', count: job.refused },
  ].filter(({ count }) => count > 0)
  const save = (what: 'report' | 'ids') => (format: Format, folder: string) => exportJob({ job: job.seq, what, format, folder })
  const mayUndo = job.state === 'done'

  return (
    <>
      <JobProgress job={job} unsure={unsure}>
        <div className="tool-foot">
          <Button size="small" icon={<ArrowUndoRegular />} disabledFocusable={!job.canUndo || unsure} onClick={() => job.canUndo && setAsking({ n: [] })}>
            {t('journal.undo.button')}
          </Button>
          {job.kind === 'convert' && <SaveButton title={t('journal.save.ids')} text={t('journal.save.idsText')} folders disabled={job.done === 0} save={save('ids')} />}
          <SaveButton title={t('journal.save.report')} text={t('journal.save.reportText')} folders save={save('report')} />
        </div>
      </JobProgress>
      {failed && asking === null && <ErrorBar error={failed} />}
      <StateChips label={t('journal.chips')} total={job.total} counts={counts} wordOf={rowWord} state={view.asked.state} onState={(state) => list.ask({ state })} />
      <PlanGrid
        {...inGrid} list={list} name="job" label={t('journal.grid')} searchLabel={t('journal.search')} columns={columns}
        ticks={mayUndo ? { has: (index) => ticked.has(list.row(index)?.n ?? -1), onTick: (index, extend) => void tick(index, extend), label: t('journal.tick'), all: ticked.size > 0 ? 'mixed' : false, onAll: () => void tickAll(), allLabel: t('journal.tickAll', { most: number(mostTicked) }) } : undefined}
        empty={<EmptyState title={t('journal.noRows')} />}
        tools={
          ticked.size > 0 ? (
            <>
              <Button size="small" icon={<ArrowUndoRegular />} onClick={() => setAsking({ n: [...ticked] })}>
                {t('journal.undo.some', { count: ticked.size, formatted: number(ticked.size) })}
              </Button>
              <Button size="small" appearance="subtle" icon={<DismissRegular />} onClick={() => setTicked(new Set())}>
                {t('directory.selection.clear')}
              </Button>
            </>
          ) : waiting > 0 ? (
            <span className="quiet small">{t('journal.waiting', { count: waiting, formatted: number(waiting) })}</span>
          ) : null
        }
      />
      {row && (
        <JobStrip
          {...inStrip} row={row} mayUndo={mayUndo && (row.state === 'done' || row.state === 'refused')}
          onUndo={() => setAsking({ n: [row.n] })}
        />
      )}
      {asking && <UndoDialog job={job} n={asking.n} busy={busy} error={failed} onConfirm={() => void undo(asking.n)} onClose={() => {
        setAsking(null)
        setFailed(null)
      }} />}
    </>
  )
}

interface UndoDialogProps {
  job: JobInfo
  n: readonly number[]
  busy: boolean
  error: ApiError | null
  onConfirm: () => void
  onClose: () => void
}

function UndoDialog({ job, n, busy, error, onConfirm, onClose }: UndoDialogProps) {
  const { t, i18n } = useTranslation()
  const count = n.length || job.done
  const formatted = count.toLocaleString(i18n.language)
  return (
    <Confirm title={t('journal.undo.title', { count, formatted })} confirm={t('journal.undo.confirm', { count, formatted })} busy={busy} error={error} onConfirm={onConfirm} onClose={onClose}>
      <p>{t(job.kind === 'import' ? 'journal.undo.import' : job.kind === 'convert' ? 'journal.undo.convert' : 'journal.undo.other')}</p>
      <p>{t('journal.undo.refused')}</p>
    </Confirm>
  )
}
