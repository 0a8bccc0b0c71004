import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { ArrowClockwiseRegular, ArrowDownloadRegular, ArrowLeftRegular } from '@fluentui/react-icons'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Forecast as Made, ForecastRow } from '../../../api/types'
import { exportForecast } from '../../../api/wails'
import { EmptyState } from '../../../components/EmptyState'
import { ErrorBar } from '../../../components/ErrorBar'
import { type Column, reveal } from '../../../components/Grid'
import { Marked } from '../../../components/Marked'
import { PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { splitPath } from '../../../lib/attributes'
import { useObservable } from '../../../lib/observable'
import type { Fix, Forecast } from '../../../state/forecast'
import { go } from '../../../state/route'
import { SaveFile } from '../SaveFile'
import { RowStrip } from './RowStrip'
import { forecastWord, reasonOf, rowWord } from './words'

export interface ResultProps {
  forecast: Forecast
  made: Made
  heading: RefObject<HTMLHeadingElement | null>
}

/** What the first cycle would do, as a sentence and row by row, with what mends it. */
export function Result({ forecast, made, heading }: ResultProps) {
  const { t, i18n } = useTranslation()
  const { working, error, fixing, fixError, job } = useObservable(forecast.view)
  const view = useObservable(forecast.rows.view)
  const [active, setActive] = useState<number | null>(null)
  const [saving, setSaving] = useState(false)
  const grid = useRef<HTMLDivElement>(null)
  const strip = useRef<HTMLElement>(null)
  const search = view.answered?.search ?? ''
  useEffect(() => setActive(null), [made.plan])

  const columns = useMemo((): Column<ForecastRow>[] => [
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1.2fr)', render: (row) => <span title={row.name}><Marked text={row.name || row.upn} search={search} /></span> },
    { id: 'upn', title: t('forecast.columns.upn'), width: 'minmax(130px, 1.5fr)', render: (row) => <span className="identity" dir="auto" title={row.upn}>{row.upn === '' ? '–' : <Marked text={row.upn} search={search} />}</span> },
    { id: 'state', title: t('forecast.columns.state'), width: 'minmax(150px, 1fr)', render: (row) => <Status {...rowWord(t, row)} /> },
    { id: 'what', title: t('forecast.columns.what'), width: 'minmax(150px, 1.8fr)', render: (row) => <What row={row} /> },
  ], [t, search])

  const onActive = (index: number | null, how: 'walk' | 'click' | 'open') => {
    setActive(index)
    if (index === null) return
    reveal(grid.current, index)
    if (how === 'open') requestAnimationFrame(() => strip.current?.focus())
  }
  const mend = async (fix: Fix, n: number[] = []) => {
    const plan = await forecast.fix(fix, n)
    if (plan !== '') go({ page: 'tools', id: 'convert', query: { plan } })
  }
  const count = (state: string) => made.counts.find((c) => c.state === state)?.count ?? 0
  const number = (n: number) => n.toLocaleString(i18n.language)
  const row = active === null ? undefined : forecast.rows.row(active)
  const trouble = count('conflict') + count('refused') + count('invalid')

  return (
    <section className="plan" aria-labelledby="forecast-title">
      <div className="tool-head">
        <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={forecast.forget}>
          {t('forecast.back')}
        </Button>
        <h2 id="forecast-title" ref={heading} tabIndex={-1}>{t('forecast.result')}</h2>
        <span className="spring" />
        <Button size="small" appearance="subtle" icon={<ArrowClockwiseRegular />} disabledFocusable={working} onClick={() => !working && void forecast.make()}>
          {t('forecast.again')}
        </Button>
        <Button size="small" appearance="subtle" icon={<ArrowDownloadRegular />} onClick={() => setSaving(true)}>
          {t('forecast.save')}
        </Button>
      </div>
      <MessageBar className="aside" intent={made.green ? 'success' : 'warning'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t(made.green ? 'forecast.green' : 'forecast.notGreen')}</MessageBarTitle>
          {t('forecast.sentence', { adopt: number(count('adopt') + count('same')), create: number(count('create')), trouble: number(trouble), orphan: number(count('orphan')) })}
        </MessageBarBody>
        {made.mends > 0 && (
          <MessageBarActions>
            <Button disabledFocusable={fixing} onClick={() => !fixing && void mend(made.fix === 'external-id' ? 'external-id' : 'convert')}>
              {t(made.fix === 'external-id' ? 'forecast.fix.external' : 'forecast.fix.convert', { count: made.mends, formatted: number(made.mends) })}
            </Button>
          </MessageBarActions>
        )}
      </MessageBar>
      {job > 0 && (
        <MessageBar className="aside" intent="info">
          <MessageBarBody>{t('forecast.fix.begun')}</MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => go({ page: 'tools', id: 'journal', tab: String(job) })}>{t('tools.showJournal')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {fixError && <ErrorBar error={fixError} />}
      {error && <ErrorBar error={error} />}
      {made.unknown.length > 0 && (
        <details className="quiet small aside tool-note">
          <summary>{t('forecast.unknown', { count: made.unknown.length })}</summary>
          <bdi>{made.unknown.map((path) => splitPath(path).name).join(', ')}</bdi>
        </details>
      )}
      {made.groups.length > 0 && (
        <p className="small aside tool-note">
          {t('forecast.groups')} {made.groups.map((g) => `${forecastWord(t, g.state).word} ${number(g.count)}`).join(', ')}
        </p>
      )}
      <StateChips
        label={t('forecast.chips')} all={t('convert.preview.all')} total={made.total} counts={made.counts} wordOf={(state) => forecastWord(t, state)} state={view.asked.state}
        onState={(state) => {
          setActive(null)
          forecast.rows.ask({ state })
        }}
      />
      <PlanGrid
        ref={grid} list={forecast.rows} name="forecast" label={t('forecast.grid')} searchLabel={t('forecast.search')} columns={columns} active={active} onActive={onActive}
        onError={(code) => (code === 'PLAN_GONE' ? <ErrorBar error={{ code, message: '' }} onRetry={() => void forecast.make()} /> : null)}
        empty={<EmptyState title={t('forecast.nobody')} />}
      />
      {row && (
        <RowStrip
          ref={strip} key={row.n} row={row} busy={fixing} onFix={(fix) => void mend(fix, [row.n])}
          onClose={() => {
            setActive(null)
            grid.current?.focus()
          }}
        />
      )}
      {saving && <SaveFile title={t('forecast.save')} save={(format) => exportForecast(made.plan, format)} onClose={() => setSaving(false)} />}
    </section>
  )
}

/** The last column: what changes, or why not. */
function What({ row }: { row: ForecastRow }) {
  const { t } = useTranslation()
  if (row.state === 'adopt') {
    const paths = row.changes.map((c) => c.path).join(', ')
    return <span className="mono small" title={paths}>{paths}</span>
  }
  const text = reasonOf(t, row)
  return text === '' ? <span className="quiet">–</span> : <span title={text}>{text}</span>
}
