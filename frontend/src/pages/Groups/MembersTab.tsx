import { Button, Link } from '@fluentui/react-components'
import { ArrowDownloadRegular } from '@fluentui/react-icons'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Group, MemberRow } from '../../api/types'
import { members } from '../../api/wails'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { type Column, Grid } from '../../components/Grid'
import { Marked } from '../../components/Marked'
import { SearchField } from '../../components/SearchField'
import { useChanged } from '../../lib/changed'
import { useObservable } from '../../lib/observable'
import { PagedList } from '../../state/list'
import { go, hashOf } from '../../state/route'
import type { Session } from '../../state/session'
import { textColumn } from '../Directory/cells'
import { ExportDialog } from '../Directory/ExportDialog'
import { filterKey, filters, pageOf } from '../Directory/kind'
import { StateMark } from '../Directory/parts'
import { StateFilter } from '../Directory/StateFilter'
import { useFoundTold } from '../Directory/use'

/** Who is in a group, sorted by name: a long list of its own, from which each person can be opened. */
export function MembersTab({ group, session, unsure }: { group: Group; session: Session; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const list = useMemo(() => new PagedList<MemberRow>(members, { group: group.id, state: 'all' }), [group.id])
  const view = useObservable(list.view)
  const moved = useObservable(session.changes)
  const [active, setActive] = useState<number | null>(null)
  const [exporting, setExporting] = useState(false)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const { asked } = view
  const search = view.answered?.search ?? ''
  const narrowed = asked.search !== '' || asked.state !== 'all'
  const calm = active === null

  useEffect(() => list.show(), [list])
  useFoundTold(view, narrowed && view.total >= 0 ? t('directory.found', { count: view.total, formatted: number(view.total) }) : '')
  useChanged(moved, () => list.moved())
  // Another number of members is another list; somebody who walks in it keeps theirs.
  useEffect(() => {
    if (view.stale && calm && group.members !== list.view.get().total) list.refresh()
  }, [list, view.stale, calm, group.members])

  const columns = useMemo((): Column<MemberRow>[] => [
    {
      id: 'name',
      title: t('directory.columns.name'),
      width: 'minmax(120px, 1.4fr)',
      render: (row) => (row.name === '' ? <span className="mono-cell" title={row.id}>{row.id}</span> : <span title={row.name}><Marked text={row.name} search={search} /></span>),
    },
    { id: 'state', title: t('directory.columns.state'), width: '132px', render: (row) => <StateMark state={row.state} unsure={unsure} /> },
    textColumn('userName', t('directory.columns.userName'), 'minmax(110px, 1fr)', (row) => row.userName, { search }),
  ], [t, search, unsure])

  const onRange = useCallback((from: number, to: number) => list.ensure(from, to), [list])
  const open = (index: number) => {
    const row = list.row(index)
    if (row && row.name !== '') go({ page: pageOf(row.type), id: row.id })
  }

  if (group.members === 0 && view.total <= 0 && !narrowed) return <EmptyState title={t('groups.members.empty')} text={t('groups.members.emptyText')} />
  const busy = view.total < 0
  return (
    <div className="members">
      <div className="toolbar">
        <SearchField label={t('groups.members.search')} placeholder={t('directory.search.short')} value={asked.search} busy={view.loading} onSearch={(text) => list.ask({ search: text })} />
        <StateFilter states={filters} state={asked.state} onState={(state) => list.ask({ state })} />
        <Button
          appearance="subtle"
          icon={<ArrowDownloadRegular />}
          aria-label={t('groups.members.export')}
          title={t('groups.members.export')}
          onClick={() => setExporting(true)}
        />
      </div>
      {group.state !== 'deleted' && (
        <Link className="small" href={hashOf({ page: 'people', query: { group: group.id } })}>
          {t('groups.members.asList')}
        </Link>
      )}
      {view.error && <ErrorBar error={view.error} onRetry={() => list.retry()} />}
      <div className="grid-frame">
        {view.total === 0 && !view.loading ? (
          <EmptyState title={t('directory.nothing.title')}>
            <Button onClick={() => list.ask({ search: '', state: 'all' })}>{t('directory.nothing.clear')}</Button>
          </EmptyState>
        ) : (
          !(busy && view.error) && (
            <Grid
              name="member"
              label={t('groups.members.grid')}
              columns={columns}
              busy={busy}
              count={busy ? 20 : view.total}
              row={(index) => list.row(index)}
              onRange={onRange}
              active={active !== null && active < view.total ? active : null}
              onActive={(index, how) => {
                setActive(index)
                if (index !== null && how !== 'walk') open(index)
              }}
              order={JSON.stringify(view.answered)}
            />
          )
        )}
      </div>
      {view.stale && (
        <div className="toolbar">
          <span className="quiet stale">{t('directory.stale')}</span>
          <Button size="small" onClick={() => list.refresh()}>
            {t('directory.refresh')}
          </Button>
        </div>
      )}
      {exporting && (
        <ExportDialog
          kind="groups"
          members
          choices={[
            ...(narrowed ? [{ id: 'shown', label: t('directory.export.shown', { formatted: number(Math.max(0, view.total)) }), filter: asked }] : []),
            {
              id: 'everything',
              label: `${t(filterKey('all'))} (${number(group.members)})`,
              filter: { ...asked, search: '', state: 'all' },
            },
          ]}
          onClose={() => setExporting(false)}
        />
      )}
    </div>
  )
}
