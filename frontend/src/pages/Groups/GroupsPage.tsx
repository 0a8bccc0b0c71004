import { ToggleButton } from '@fluentui/react-components'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { GroupRow } from '../../api/types'
import type { Column } from '../../components/Grid'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { commonColumns } from '../Directory/cells'
import { DirectoryPage } from '../Directory/DirectoryPage'
import type { Filter } from '../Directory/kind'
import { StateMark } from '../Directory/parts'
import { GroupPanel } from './GroupPanel'

const shownFirst = ['name', 'members', 'changed', 'externalId', 'id']
const states: readonly Filter[] = ['', 'deleted', 'all']

/** The groups that Entra has provisioned, deleted ones too where they are asked for. */
export function GroupsPage(props: PageProps) {
  const { session, snapshot, unsure } = props
  const { t, i18n } = useTranslation()
  const list = session.groups
  const { answered, asked } = useObservable(list.view)
  const search = answered?.search ?? ''
  const withState = (answered?.state ?? '') !== ''
  const language = i18n.language

  const columns = useMemo((): Column<GroupRow>[] => {
    const common = commonColumns<GroupRow>(t, language, search)
    const { name } = common
    return [
      withState
        ? { ...name, render: (row) => <span className="name-and-state">{name.render(row)} {row.state === 'deleted' && <StateMark state={row.state} unsure={unsure} />}</span> }
        : name,
      {
        id: 'members',
        title: t('directory.columns.members'),
        width: '108px',
        align: 'end',
        sortable: true,
        render: (row) => (row.id === '' ? null : row.members === 0 ? <span className="chip">{t('groups.flags.empty')}</span> : row.members.toLocaleString(language)),
      },
      common.changed,
      common.externalId,
      common.id,
      common.created,
    ]
  }, [t, language, search, withState, unsure])

  const number = (n: number) => n.toLocaleString(language)
  const { groups } = snapshot
  return (
    <DirectoryPage
      {...props}
      kind="groups"
      list={list}
      columns={columns}
      shownFirst={shownFirst}
      states={states}
      counts={t('groups.counts', { groups: t('groups.count', { count: groups.total, formatted: number(groups.total) }), deleted: number(groups.deleted) })}
      total={groups.total}
      untouched={groups.total === 0 && groups.deleted === 0}
      filters={
        <ToggleButton
          size="small"
          shape="circular"
          checked={asked.quality !== ''}
          title={t('groups.filter.emptyHint')}
          onClick={() => {
            list.selection.clear()
            list.ask({ quality: asked.quality === '' ? 'no-members' : '' })
          }}
        >
          {t('groups.filter.empty')}
        </ToggleButton>
      }
      wordOf={(row) => row.name}
      panel={(slot) => <GroupPanel session={session} unsure={unsure} slot={slot} />}
    />
  )
}
