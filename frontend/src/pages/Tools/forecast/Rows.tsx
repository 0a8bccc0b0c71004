import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Forecast as Made, ForecastRow } from '../../../api/types'
import { EmptyState } from '../../../components/EmptyState'
import type { Column } from '../../../components/Grid'
import { Marked } from '../../../components/Marked'
import { PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import type { Fix, Forecast, Shown } from '../../../state/forecast'
import { useChosen } from '../chosen'
import { RowStrip } from './RowStrip'
import { forecastWord, reasonOf, rowWord } from './words'

export interface RowsProps {
  forecast: Forecast
  made: Made
  shown: Shown
  onFix: (fix: Fix, n: number) => void
}

/** The people or the groups of a forecast, a row each, and the chosen one in full. */
export function Rows({ forecast, made, shown, onFix }: RowsProps) {
  const { t, i18n } = useTranslation()
  const { fixing } = useObservable(forecast.view)
  const list = shown === 'groups' ? forecast.groupRows : forecast.rows
  const view = useObservable(list.view)
  const { row, narrow, inGrid, inStrip } = useChosen(list)
  const search = view.answered?.search ?? ''
  const columns = useMemo(
    () => (shown === 'groups' ? groupColumns(t, search, (n) => n.toLocaleString(i18n.language)) : personColumns(t, search)), [t, i18n.language, search, shown])

  const groups = shown === 'groups'
  return (
    <>
      <StateChips
        label={t(groups ? 'forecast.groupChips' : 'forecast.chips')} total={groups ? made.groupsTotal : made.total}
        counts={groups ? made.groups : made.counts} wordOf={forecastWord} state={view.asked.state}
        onState={narrow}
      />
      <PlanGrid
        {...inGrid} list={list} name={`forecast-${shown}`} label={t(groups ? 'forecast.groupGrid' : 'forecast.grid')} searchLabel={t('forecast.search')} columns={columns}
        onGone={() => void forecast.make()}
        empty={<EmptyState title={t(groups ? 'forecast.noGroups' : 'forecast.nobody')} />}
      />
      {row && <RowStrip {...inStrip} key={row.n} row={row} busy={fixing} onFix={(fix) => onFix(fix, row.n)} />}
    </>
  )
}

function personColumns(t: TFunction, search: string): Column<ForecastRow>[] {
  return [
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1.2fr)', render: (row) => <span title={row.name}><Marked text={row.name || row.upn} search={search} /></span> },
    { id: 'upn', title: t('forecast.columns.upn'), width: 'minmax(130px, 1.5fr)', render: (row) => <Identity text={row.upn} search={search} /> },
    ...lastColumns(t),
  ]
}

function groupColumns(t: TFunction, search: string, number: (n: number) => string): Column<ForecastRow>[] {
  return [
    { id: 'name', title: t('directory.columns.name'), width: 'minmax(110px, 1.4fr)', render: (row) => <span title={row.name}><Marked text={row.name} search={search} /></span> },
    { id: 'objectId', title: t('forecast.columns.objectId'), width: 'minmax(80px, 1fr)', from: 480, render: (row) => <Identity text={row.objectId} search={search} /> },
    { id: 'members', title: t('forecast.columns.members'), width: '104px', align: 'end', from: 760, render: (row) => (row.id === '' && row.withId === '' ? '–' : number(row.members)) },
    ...lastColumns(t),
  ]
}

const lastColumns = (t: TFunction): Column<ForecastRow>[] => [
  { id: 'state', title: t('forecast.columns.state'), width: 'minmax(150px, 1fr)', render: (row) => <Status {...rowWord(t, row)} /> },
  { id: 'what', title: t('forecast.columns.what'), width: 'minmax(150px, 1.8fr)', render: (row) => <What t={t} row={row} /> },
]

function Identity({ text, search }: { text: string; search: string }) {
  return <span className="identity" dir="auto" title={text}>{text === '' ? '–' : <Marked text={text} search={search} />}</span>
}

/** The last column: what changes, or why not. */
function What({ t, row }: { t: TFunction; row: ForecastRow }) {
  if (row.state === 'adopt') {
    const paths = row.changes.map((c) => c.path).join(', ')
    return <span className="mono small" title={paths}>{paths}</span>
  }
  const text = reasonOf(t, row)
  return text === '' ? <span className="quiet">–</span> : <span title={text}>{text}</span>
}
