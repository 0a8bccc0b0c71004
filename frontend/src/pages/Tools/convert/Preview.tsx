import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import type { TFunction } from 'i18next'
import { type RefObject, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobInfo, UserIDPlan, UserIDRow } from '../../../api/types'
import { exportUserIds } from '../../../api/wails'
import { EmptyState } from '../../../components/EmptyState'
import { ErrorBar } from '../../../components/ErrorBar'
import type { Column } from '../../../components/Grid'
import { Marked } from '../../../components/Marked'
import { FromTo, PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { isUnderWay } from '../../../lib/jobs'
import { useObservable } from '../../../lib/observable'
import { when } from '../../../lib/time'
import type { Convert } from '../../../state/convert'
import { go } from '../../../state/route'
import { useChosen } from '../chosen'
import { SaveButton } from '../SaveButton'
import { planWord, reasonText } from '../words'
import { ApplyDialog } from './ApplyDialog'
import { RowStrip } from './RowStrip'

export interface PreviewProps {
  convert: Convert
  plan: UserIDPlan
  /** What is under way in the folder: nothing can be begun beside it. */
  job: JobInfo
  heading: RefObject<HTMLHeadingElement | null>
}

/** Every row of a plan: from, to and its state; collisions are settled here, and from here it is carried out. */
export function Preview({ convert, plan, job, heading }: PreviewProps) {
  const { t, i18n } = useTranslation()
  const { working, failed } = useObservable(convert.view)
  const view = useObservable(convert.rows.view)
  const [applying, setApplying] = useState(false)
  const { row, narrow, inGrid, inStrip } = useChosen(convert.rows)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const outdated = convert.isOutdated()
  const { asked } = view
  const search = view.answered?.search ?? ''

  const columns = useMemo((): Column<UserIDRow>[] => [
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1fr)', render: (row) => <span title={row.name}><Marked text={row.name || row.id} search={search} /></span> },
    { id: 'from', title: t('convert.columns.from'), width: 'minmax(120px, 1.5fr)', render: (row) => <FromTo from={row.from} to={row.to} side="from" /> },
    { id: 'to', title: t('convert.columns.to'), width: 'minmax(120px, 1.9fr)', render: (row) => <To row={row} /> },
    { id: 'state', title: t('directory.columns.state'), width: 'minmax(160px, 0.7fr)', render: (row) => <RowState t={t} row={row} /> },
  ], [t, search])

  // When the last collision is settled, a list of open ones has nothing to show.
  useEffect(() => {
    if (plan.open === 0 && asked.state === 'collision') narrow('')
  }, [plan.open, asked.state, narrow])
  const { error } = view
  if (error?.code === 'PLAN_GONE') return <Gone convert={convert} heading={heading} />

  return (
    <section className="tool-main-part plan" aria-label={t('convert.preview.title')}>
      <div className="tool-head">
        <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={() => convert.forget()}>
          {t('convert.preview.back')}
        </Button>
        <h2 ref={heading} tabIndex={-1}>{t('convert.preview.title')}</h2>
        <span className="quiet small">{t('convert.preview.unchanged', { when: when(plan.now, i18n.language) })}</span>
        <span className="spring" />
        <SaveButton appearance="subtle" title={t('convert.preview.save')} text={t('convert.preview.saveText')} save={(format) => exportUserIds(plan.plan, format)} />
      </div>
      {plan.total === 0 ? (
        <EmptyState title={t('convert.preview.nobody')} text={t('convert.preview.nobodyText')} />
      ) : (
        <>
          <StateChips label={t('convert.preview.chips')} total={plan.total} counts={plan.counts} wordOf={planWord} state={asked.state} onState={narrow} />
          {outdated && (
            <MessageBar className="aside" intent="warning">
              <MessageBarBody>{t('convert.preview.outdated')}</MessageBarBody>
              <MessageBarActions>
                <Button disabledFocusable={working !== null} onClick={() => void convert.preview()}>
                  {t('convert.preview.again')}
                </Button>
              </MessageBarActions>
            </MessageBar>
          )}
          {plan.open > 0 && !outdated && (
            <MessageBar className="aside" intent="error" layout="multiline">
              <MessageBarBody>
                <MessageBarTitle>{t('convert.collisions.title', { count: plan.open, formatted: number(plan.open) })}</MessageBarTitle>
                {t('convert.collisions.text')}
              </MessageBarBody>
              <MessageBarActions>
                {asked.state !== 'collision' && <Button onClick={() => narrow('collision')}>{t('convert.collisions.show')}</Button>}
                <Button disabledFocusable={working !== null} onClick={() => void convert.settle(-1, 'suffix')}>
                  {t('convert.collisions.suffixAll')}
                </Button>
                <Button disabledFocusable={working !== null} onClick={() => void convert.settle(-1, 'skip')}>
                  {t('convert.collisions.skipAll')}
                </Button>
              </MessageBarActions>
            </MessageBar>
          )}
          {plan.matching && !outdated && plan.open === 0 && (
            <MessageBar className="aside" intent="warning" layout="multiline">
              <MessageBarBody>{t('convert.matching')}</MessageBarBody>
            </MessageBar>
          )}
          {failed && failed.work !== 'plan' && failed.work !== 'open' && !applying && <ErrorBar error={failed.error} />}
          <PlanGrid
            {...inGrid} list={convert.rows} name="convert" label={t('convert.preview.grid')} searchLabel={t('convert.preview.search')} columns={columns}
            empty={<EmptyState title={t('directory.nothing.title')} />}
            tools={
              <Button appearance="primary" disabledFocusable={plan.change === 0 || plan.open > 0 || outdated || working !== null || isUnderWay(job)} onClick={() => plan.change > 0 && plan.open === 0 && !outdated && setApplying(true)}>
                {t('convert.apply.button', { count: plan.change, formatted: number(plan.change) })}
              </Button>
            }
          />
          {isUnderWay(job) && (
            <p className="quiet small">
              {t('convert.apply.wait')}{' '}
              <Button size="small" onClick={() => go({ page: 'tools', id: 'journal', tab: String(job.seq) })}>
                {t('tools.showJournal')}
              </Button>
            </p>
          )}
          {row && (
            <RowStrip
              {...inStrip} key={row.n} row={row} busy={working !== null || outdated}
              onSettle={(how, to) => convert.settle(row.n, how, to)}
            />
          )}
        </>
      )}
      {applying && <ApplyDialog convert={convert} plan={plan} onClose={() => setApplying(false)} />}
    </section>
  )
}

/** What somebody would be called; of rows that stay as they are, quietly. */
function To({ row }: { row: UserIDRow }) {
  if (row.to === '') return <span className="quiet">–</span>
  const moves = row.state === 'change' || row.state === 'case' || row.state === 'collision'
  return moves ? <FromTo from={row.from} to={row.to} side="to" /> : <span dir="auto" className="identity quiet" title={row.to}>{row.to}</span>
}

function RowState({ t, row }: { t: TFunction; row: UserIDRow }) {
  const { word, tone } = planWord(t, row.state)
  const more = row.settled === 'suffix' || row.settled === 'type' ? t(`convert.settled.${row.settled}`) : row.chain && row.state === 'change' ? t('convert.chain') : ''
  return (
    <span title={reasonText(t, row) || word}>
      <Status tone={tone} word={more ? t('convert.stateAnd', { state: word, more }) : word} />
    </span>
  )
}

/** The backend keeps some previews only, and this one no more. */
function Gone({ convert, heading }: { convert: Convert; heading: RefObject<HTMLHeadingElement | null> }) {
  const { t } = useTranslation()
  const made = convert.view.get().planned !== ''
  return (
    <div className="empty">
      <h2 ref={heading} tabIndex={-1}>{t('errors.PLAN_GONE.text')}</h2>
      <p className="quiet">{t('errors.PLAN_GONE.action')}</p>
      <div className="buttons">
        <Button appearance="primary" onClick={() => (made ? void convert.preview() : convert.forget())}>
          {t(made ? 'convert.preview.again' : 'convert.preview.back')}
        </Button>
      </div>
    </div>
  )
}
