import { ToggleButton } from '@fluentui/react-components'
import { TableRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Hour, Overview } from '../../api/types'
import { Chart, type ChartColumn, type Series } from '../../components/Chart'
import { type Outcome, outcomes } from '../../lib/status'
import { dayMark, hourMark } from '../../lib/time'
import { Card, type Read } from './part'
import { sumsOf } from './Tiles'

/** Few are ever cut off: they are told where there are some. */
const kindsOf = (hours: readonly Hour[]) => outcomes.filter((kind) => kind !== 'cutOff' || hours.some((h) => h.cutOff > 0))
/** So many hours apart are the marks under the columns. */
const marksEvery = 6

/** How requests ended, hour by hour. */
export function RequestsChart(read: Read) {
  const { t } = useTranslation()
  const [table, setTable] = useState(false)
  const { data } = read
  return (
    <Card
      {...read}
      title={data ? finding(data) : t('overview.chart.title')}
      bones={5}
      className="requests-part"
      actions={
        <ToggleButton size="small" appearance="subtle" checked={table} icon={<TableRegular />} onClick={() => setTable(!table)}>
          {t('overview.chart.asTable')}
        </ToggleButton>
      }
    >
      {(d) => (table ? <HoursTable hours={d.hours} /> : <HoursChart data={d} label={finding(d)} />)}
    </Card>
  )

  function finding(d: Overview): string {
    const { all } = sumsOf(d)
    const { failures: failed } = d
    if (all === 0) return t('overview.chart.none')
    return failed === 0 ? t('overview.chart.allGood', { count: all, formatted: number(all) }) : t('overview.chart.some', { count: failed, formatted: number(failed), all: number(all) })
  }
  function number(n: number): string {
    return n.toLocaleString(document.documentElement.lang)
  }
}

const looks: Record<Outcome, Pick<Series, 'fill' | 'mark'>> = {
  success: { fill: 'plain' }, notFound: { fill: 'hatched' }, failure: { fill: 'dotted', mark: '◆' }, error: { fill: 'solid', mark: '▲' }, cutOff: { fill: 'outlined' },
}

function HoursChart({ data, label }: { data: Overview; label: string }) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const kinds = kindsOf(data.hours)
  const series = kinds.map((kind): Series => ({ id: kind, name: t(`common.outcomes.${kind}`), ...looks[kind] }))
  const columns = data.hours.map((hour, i): ChartColumn => ({
    id: hour.at,
    name: hourMark(hour.at, i18n.language),
    tick: tick(hour, i, data.hours, i18n.language),
    values: kinds.map((kind) => hour[kind]),
  }))
  const sentence = (column: ChartColumn) =>
    t('overview.chart.hour', { hour: column.name, figures: series.map((s, i) => `${s.name} ${number(column.values[i] ?? 0)}`).join(', ') })
  return <Chart label={label} series={series} columns={columns} whole={t('overview.chart.whole')} number={number} sentence={sentence} />
}

/** The hour at each sixth column; where a day begins within the last six, its date instead. */
function tick(hour: Hour, i: number, hours: readonly Hour[], language: string): string {
  const last = hours.length - 1
  if ((last - i) % marksEvery !== marksEvery - 1) return ''
  const before = hours[i - marksEvery]
  const newDay = before === undefined || new Date(before.at).getDate() !== new Date(hour.at).getDate()
  return newDay ? dayMark(hour.at, language) : hourMark(hour.at, language)
}

function HoursTable({ hours }: { hours: readonly Hour[] }) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const kinds = kindsOf(hours)
  return (
    <div className="hours" tabIndex={0} role="region" aria-label={t('overview.chart.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('overview.chart.hourHead')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col" className="number">
                {t(`common.outcomes.${kind}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.toReversed().map((hour) => (
            <tr key={hour.at}>
              <th scope="row">{dayMark(hour.at, i18n.language)}</th>
              {kinds.map((kind) => (
                <td key={kind} className="number">
                  {number(hour[kind])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
