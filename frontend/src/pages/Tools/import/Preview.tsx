import { Button } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { type Ref, type RefObject, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportPlan, ImportRow, JobInfo } from '../../../api/types'
import { exportImport } from '../../../api/wails'
import { Changes } from '../../../components/Changes'
import { Confirm } from '../../../components/Confirm'
import { EmptyState } from '../../../components/EmptyState'
import { ErrorBar } from '../../../components/ErrorBar'
import type { Column } from '../../../components/Grid'
import { Marked } from '../../../components/Marked'
import { PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { isUnderWay } from '../../../lib/jobs'
import { useObservable } from '../../../lib/observable'
import type { Import } from '../../../state/import'
import { useChosen } from '../chosen'
import { SaveButton } from '../SaveButton'
import { Named, Strip } from '../Strip'
import { importWord, reasonTexts } from './words'

export interface PreviewProps {
  task: Import
  plan: ImportPlan
  /** What is under way in the folder: nothing can be begun beside it. */
  job: JobInfo
  heading: RefObject<HTMLHeadingElement | null>
}

/** What would become of each row; from here the import is begun. */
export function Preview({ task, plan, job, heading }: PreviewProps) {
  const { t, i18n } = useTranslation()
  const { working, error, form } = useObservable(task.view)
  const view = useObservable(task.rows.view)
  const [asking, setAsking] = useState(false)
  const { row, narrow, inGrid, inStrip } = useChosen(task.rows, plan.plan)
  const search = view.answered?.search ?? ''
  const number = (n: number) => n.toLocaleString(i18n.language)

  const columns = useMemo((): Column<ImportRow>[] => [
    { id: 'line', title: t('import.rows.line'), width: '64px', align: 'end', render: (row) => row.line },
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1.2fr)', render: (row) => <span title={row.name}><Marked text={row.name || '–'} search={search} /></span> },
    { id: 'key', title: t(plan.kind === 'groups' ? 'import.rows.group' : 'import.rows.userName'), width: 'minmax(120px, 1.4fr)', render: (row) => <span className="identity" dir="auto" title={row.key}><Marked text={row.key || '–'} search={search} /></span> },
    { id: 'state', title: t('import.rows.state'), width: 'minmax(120px, 1fr)', render: (row) => <Status {...importWord(t, row.state)} /> },
    { id: 'what', title: t('import.rows.what'), width: 'minmax(140px, 1.8fr)', render: (row) => <What row={row} /> },
  ], [t, search, plan.kind])

  const can = plan.change > 0 && working === null && !isUnderWay(job)
  const counts = plan.remark > 0 ? [...plan.counts, { state: 'remark', count: plan.remark }] : plan.counts
  const label = t('import.apply.button', { count: plan.change, formatted: number(plan.change) })
  return (
    <section className="plan" aria-labelledby="import-preview">
      <div className="tool-head">
        <Button size="small" icon={<ArrowLeftRegular />} onClick={task.back}>
          {t('import.backToColumns')}
        </Button>
        <h2 id="import-preview" ref={heading} tabIndex={-1}>{t('import.rows.title')}</h2>
        <span className="quiet small">{t('import.rows.nothingYet')}</span>
        <span className="spring" />
        <SaveButton appearance="subtle" title={t('import.rows.save')} save={(format) => exportImport(plan.plan, format)} />
      </div>
      {error && !asking && <ErrorBar error={error} />}
      <StateChips
        label={t('import.rows.chips')} total={plan.total} counts={counts} wordOf={importWord} state={view.asked.state}
        onState={narrow}
      />
      <PlanGrid
        {...inGrid} list={task.rows} name="import" label={t('import.rows.grid')} searchLabel={t('import.rows.search')} columns={columns}
        onGone={() => void task.preview()}
        empty={<EmptyState title={t('import.rows.none')} />}
        tools={
          <Button appearance="primary" disabledFocusable={!can} onClick={() => can && setAsking(true)}>
            {label}
          </Button>
        }
      />
      {isUnderWay(job) && <p className="quiet small">{t('convert.apply.wait')}</p>}
      {row && <RowStrip {...inStrip} key={row.n} row={row} kind={plan.kind === 'groups' ? 'groups' : 'people'} />}
      {asking && (
        <Confirm
          title={label} confirm={label} busy={working === 'apply'} error={error} onClose={() => setAsking(false)}
          onConfirm={() => void task.apply()}
        >
          <p>{t(`import.apply.${form.kind}`, { count: plan.change, formatted: number(plan.change) })}</p>
          {plan.total > plan.change && <p>{t('import.apply.rest', { count: plan.total - plan.change, formatted: number(plan.total - plan.change) })}</p>}
          <p>{t('import.apply.undo')}</p>
        </Confirm>
      )}
    </section>
  )
}

/** What changes, or why not. */
function What({ row }: { row: ImportRow }) {
  const { t } = useTranslation()
  const reason = reasonTexts(t, row).join(' ')
  if (reason !== '') return <span title={reason}>{reason}</span>
  const paths = row.changes.map((c) => c.path).join(', ')
  return paths === '' ? <span className="quiet">–</span> : <span className="mono small" title={paths}>{paths}</span>
}

/** One row in full. */
function RowStrip({ row, kind, onClose, ref }: { row: ImportRow; kind: 'people' | 'groups'; onClose: () => void; ref: Ref<HTMLElement> }) {
  const { t } = useTranslation()
  return (
    <Strip
      ref={ref} label={t('import.rows.strip')} title={<Named page={kind} id={row.id} name={row.name || row.key} />} state={importWord(t, row.state)}
      beside={row.localId !== '' && <span className="quiet small">{t('import.attributes.localId')}: <bdi>{row.localId}</bdi></span>} onClose={onClose}
    >
      {reasonTexts(t, row).map((text) => <p key={text} className="small">{text}</p>)}
      {row.changes.length > 0 && <Changes changes={row.changes} />}
    </Strip>
  )
}
