import type { TFunction } from 'i18next'
import type { Column } from '../../components/Grid'
import { Marked } from '../../components/Marked'
import { moment, when } from '../../lib/time'
import { LastChange } from './parts'

/** What rows of people and of groups have in common. */
export interface CommonRow {
  id: string
  name: string
  state: string
  externalId: string
  created: string
  changed: string
  lastAction: string
}

export interface TextOptions {
  /** What is marked in it. */
  search?: string
  sortable?: boolean
  from?: 480 | 760 | 1000
  mono?: boolean
}

/** A column of plain text, in which what was searched for is marked. */
export function textColumn<Row>(id: string, title: string, width: string, of: (row: Row) => string, { search = '', sortable = false, mono = false, from }: TextOptions = {}): Column<Row> {
  return {
    id,
    title,
    width,
    sortable,
    render: (row) => <span className={mono ? 'mono-cell' : undefined} title={of(row)}><Marked text={of(row)} search={search} /></span>,
    ...(from ? { from } : {}),
  }
}

/** The columns that both lists have. */
export function commonColumns<Row extends CommonRow>(t: TFunction, language: string, search: string): Record<'name' | 'changed' | 'externalId' | 'created' | 'id', Column<Row>> {
  return {
    name: {
      id: 'name',
      title: t('directory.columns.name'),
      width: 'minmax(130px, 1.5fr)',
      sortable: true,
      render: (row) => (row.state === 'gone' ? <span className="quiet">{t('directory.states.gone')}</span> : <span title={row.name}><Marked text={row.name || row.id} search={search} /></span>),
    },
    changed: {
      id: 'changed',
      title: t('directory.columns.changed'),
      width: 'minmax(168px, 1.3fr)',
      sortable: true,
      render: (row) => <LastChange at={row.changed} action={row.lastAction} />,
    },
    externalId: textColumn('externalId', t('directory.columns.externalId'), 'minmax(110px, 1fr)', (row) => row.externalId, { search, mono: true }),
    created: {
      id: 'created',
      title: t('directory.columns.created'),
      width: '148px',
      sortable: true,
      render: (row) => row.created && <span title={moment(row.created, language)}>{when(row.created, language)}</span>,
    },
    id: textColumn('id', t('directory.columns.id'), 'minmax(110px, 1fr)', (row) => row.id, { search, mono: true }),
  }
}
