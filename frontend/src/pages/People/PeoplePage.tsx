import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonRow } from '../../api/types'
import type { Column } from '../../components/Grid'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { commonColumns, textColumn } from '../Directory/cells'
import { DirectoryPage } from '../Directory/DirectoryPage'
import { filters } from '../Directory/kind'
import { StateMark } from '../Directory/parts'
import { PersonPanel } from './PersonPanel'

const shownFirst = ['name', 'userName', 'state', 'changed', 'groups']

/** The people that Entra has provisioned, deleted ones too where they are asked for. */
export function PeoplePage(props: PageProps) {
  const { session, snapshot, unsure } = props
  const { t, i18n } = useTranslation()
  const search = useObservable(session.people.view).answered?.search ?? ''
  const language = i18n.language

  const columns = useMemo((): Column<PersonRow>[] => {
    const common = commonColumns<PersonRow>(t, language, search)
    return [
      common.name,
      textColumn('userName', t('directory.columns.userName'), 'minmax(130px, 1.4fr)', (row) => row.userName, { search, sortable: true, from: 480 }),
      textColumn('email', t('directory.columns.email'), 'minmax(130px, 1.4fr)', (row) => row.email, { search, sortable: true, from: 760 }),
      { id: 'state', title: t('directory.columns.state'), width: '124px', sortable: true, render: (row) => <StateMark state={row.state} unsure={unsure} /> },
      common.changed,
      { id: 'groups', title: t('directory.columns.groups'), width: '72px', align: 'end', render: (row) => (row.id === '' ? null : row.groups.toLocaleString(language)) },
      textColumn('jobTitle', t('directory.columns.jobTitle'), 'minmax(110px, 1fr)', (row) => row.title, { search }),
      textColumn('department', t('directory.columns.department'), 'minmax(110px, 1fr)', (row) => row.department, { search }),
      common.externalId,
      common.created,
      common.id,
    ]
  }, [t, language, search, unsure])

  const number = (n: number) => n.toLocaleString(language)
  const { people } = snapshot
  return (
    <DirectoryPage
      {...props}
      kind="people"
      list={session.people}
      columns={columns}
      shownFirst={shownFirst}
      states={filters}
      counts={t('people.counts', {
        people: t('people.count', { count: people.total, formatted: number(people.total) }),
        active: number(people.active), disabled: number(people.total - people.active), deleted: number(people.deleted),
      })}
      total={people.total}
      untouched={people.total === 0 && people.deleted === 0}
      wordOf={(row) => row.email}
      panel={(slot) => <PersonPanel session={session} unsure={unsure} slot={slot} />}
    />
  )
}
