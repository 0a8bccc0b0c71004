import { Button } from '@fluentui/react-components'
import { ArrowSwapRegular, LockClosedRegular, PersonAddRegular } from '@fluentui/react-icons'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonRow } from '../../api/types'
import { quality } from '../../api/wails'
import type { Column } from '../../components/Grid'
import { Marked } from '../../components/Marked'
import { useChanged } from '../../lib/changed'
import { matches } from '../../lib/matches'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { QualityCounts } from '../../state/quality'
import { go, type Route } from '../../state/route'
import type { Session } from '../../state/session'
import { commonColumns, textColumn } from '../Directory/cells'
import { DirectoryPage, type Ticked } from '../Directory/DirectoryPage'
import { filters } from '../Directory/kind'
import { StateMark } from '../Directory/parts'
import { Chips, GroupFilter } from './Filters'
import { NewPersonDialog } from './NewPersonDialog'
import { PersonPanel } from './PersonPanel'
import { roleKey } from './words'

const usual = ['name', 'userName', 'state', 'changed', 'groups']
const withLocal = ['name', 'userName', 'localId', 'state', 'changed', 'groups']
const pending = ['localId']

/** The people that Entra has provisioned and those made here, deleted ones too where they are asked for. */
export function PeoplePage(props: PageProps) {
  const { session, snapshot, unsure } = props
  const { t, i18n } = useTranslation()
  const list = session.people
  const { answered, asked } = useObservable(list.view)
  const search = answered?.search ?? ''
  const language = i18n.language
  const [making, setMaking] = useState(false)
  const counts = useCounts(session, answered !== null)
  const { people } = snapshot
  const anyLocal = (counts?.anyLocal ?? false) || list.indexOf((row) => row.localId !== '') !== null
  useAskedByLink(session, props.route)

  const columns = useMemo((): Column<PersonRow>[] => {
    const common = commonColumns<PersonRow>(t, language, search)
    const text = (id: 'userName' | 'email' | 'localId' | 'title' | 'department', width: string, from?: 480 | 760) =>
      textColumn<PersonRow>(id, t(`directory.columns.${id === 'title' ? 'jobTitle' : id}`), width, (row) => row[id], { search, sortable: true, mono: id === 'localId', ...(from ? { from } : {}) })
    return [
      { ...common.name, render: (row) => <NameCell row={row} search={search} plain={common.name.render(row)} /> },
      text('userName', 'minmax(130px, 1.7fr)', 480),
      text('localId', 'minmax(90px, 0.8fr)', 480),
      text('email', 'minmax(130px, 1.4fr)', 760),
      { id: 'state', title: t('directory.columns.state'), width: '124px', sortable: true, render: (row) => <StateMark state={row.state} unsure={unsure} /> },
      common.changed,
      { id: 'groups', title: t('directory.columns.groups'), width: '84px', align: 'end', sortable: true, render: (row) => (row.id === '' ? null : row.groups.toLocaleString(language)) },
      text('title', 'minmax(110px, 1fr)'),
      text('department', 'minmax(110px, 1fr)'),
      { id: 'role', title: t('directory.columns.role'), width: 'minmax(110px, 1fr)', render: (row) => <RoleCell row={row} /> },
      {
        id: 'origin',
        title: t('directory.columns.origin'),
        width: '104px',
        render: (row) => (row.id === '' ? null : row.entra ? t('people.origin.entra') : <span className="chip">{t('people.origin.here')}</span>),
      },
      { ...common.externalId, sortable: true },
      common.created,
      common.id,
    ]
  }, [t, language, search, unsure])

  const ask: typeof list.ask = (part) => {
    list.selection.clear()
    list.ask(part)
  }
  const number = (n: number) => n.toLocaleString(language)
  return (
    <>
      <DirectoryPage
        {...props}
        kind="people"
        list={list}
        columns={columns}
        shownFirst={anyLocal ? withLocal : usual}
        pending={anyLocal ? [] : pending}
        states={filters}
        counts={t('people.counts', {
          people: t('people.count', { count: people.total, formatted: number(people.total) }),
          active: number(people.active), disabled: number(people.total - people.active), deleted: number(people.deleted),
        })}
        total={people.total}
        untouched={people.total === 0 && people.deleted === 0}
        wide
        actions={
          <Button icon={<PersonAddRegular />} onClick={() => setMaking(true)}>
            {t('people.new.button')}
          </Button>
        }
        filters={<GroupFilter group={asked.group} onGroup={(group) => ask({ group })} />}
        chips={<Chips asked={asked} counts={counts} onAsk={ask} />}
        selectionActions={(ticked) => (
          <Button size="small" icon={<ArrowSwapRegular />} disabledFocusable={ticked.count === 0} onClick={() => void convert(ticked)}>
            {t('people.convert')}
          </Button>
        )}
        wordOf={(row) => row.email}
        panel={(slot) => <PersonPanel session={session} unsure={unsure} slot={slot} />}
      />
      {making && <NewPersonDialog onClose={() => setMaking(false)} />}
    </>
  )
}

const counted = new WeakMap<Session, QualityCounts>()

/** How many want a look, counted once the list itself is there; what was counted last is there at once when somebody comes back. */
function useCounts(session: Session, ready: boolean) {
  let counts = counted.get(session)
  if (!counts) {
    counts = new QualityCounts(quality)
    counted.set(session, counts)
  }
  const kept = counts
  const moved = useObservable(session.changes)
  useEffect(() => (ready ? kept.show() : undefined), [kept, ready])
  useChanged(moved, () => kept.moved())
  return useObservable(kept.view)
}

/** A link may narrow the list: #/people?group=ID, manager, quality, state or search. */
function useAskedByLink(session: Session, { id, tab, query }: Route) {
  const text = JSON.stringify(query)
  useEffect(() => {
    const { group = '', manager = '', quality = '', state = '', search = '' } = JSON.parse(text) as Record<string, string>
    if (group + manager + quality + state + search === '') return
    session.people.narrow({ group, manager, quality, state, search })
    go({ page: 'people', id, tab }, true)
  }, [session, text, id, tab])
}

/** To the conversion of user IDs, with those who are ticked, or with the question that finds them; it can't ask who reports to somebody. */
async function convert({ all, ids }: Ticked) {
  if (all && all.manager === '') {
    const { search, state, group, quality } = all
    go({ page: 'tools', id: 'convert', query: Object.fromEntries(Object.entries({ search, state, group, quality }).filter(([, value]) => value !== '')) })
    return
  }
  const chosen = await ids().catch(() => [])
  if (chosen.length > 0) go({ page: 'tools', id: 'convert', query: { ids: chosen.join(',') } })
}

/** A name and, where a search has found somebody by a user ID of before, that one. */
function NameCell({ row, search, plain }: { row: PersonRow; search: string; plain: React.ReactNode }) {
  const { t } = useTranslation()
  const former = search === '' ? undefined : foundBy(row, search)
  if (former === undefined) return plain
  return (
    <span className="name-and-state">
      {plain}
      <span className="was quiet small" title={t('people.was', { userName: former })}>
        {t('people.wasMark')} <Marked text={former} search={search} />
      </span>
    </span>
  )
}

/** The newest former user ID that holds a word of the search that nothing else in the row does. */
export function foundBy(row: PersonRow, search: string): string | undefined {
  const now = [row.name, row.userName, row.email, row.localId, row.externalId, row.title, row.department].join('\n')
  const has = (text: string, word: string) => matches(text, word).some((part) => part.match)
  const words = search.split(/\s+/).filter((word) => word !== '' && !has(now, word))
  return words.length === 0 ? undefined : row.former.find((userName) => words.some((word) => has(userName, word)))
}

function RoleCell({ row }: { row: PersonRow }) {
  const { t } = useTranslation()
  return (
    <>
      {row.role !== '' && t(roleKey(row.role))}
      {row.protected && <LockClosedRegular className="lock" aria-label={t('people.kept.protected')} />}
    </>
  )
}
