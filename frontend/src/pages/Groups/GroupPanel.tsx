import { useTranslation } from 'react-i18next'
import type { Group } from '../../api/types'
import { group } from '../../api/wails'
import { useNow } from '../../lib/now'
import { useObservable } from '../../lib/observable'
import { ago } from '../../lib/time'
import type { ChangeList } from '../../state/changes'
import type { Session } from '../../state/session'
import type { PanelSlot } from '../Directory/DirectoryPage'
import { Profile } from '../Directory/Profile'
import { RecordPanel, type TabName } from '../Directory/RecordPanel'
import { MembersTab } from './MembersTab'

const tabs: readonly TabName[] = ['members', 'history', 'profile', 'raw']
const filling: readonly TabName[] = ['members']
/** For so long a new name is worth a word. */
const lately = 7 * 24 * 60 * 60_000

/** Everything about one group, deleted ones included. */
export function GroupPanel({ session, unsure, slot }: { session: Session; unsure: boolean; slot: PanelSlot }) {
  const { t } = useTranslation()
  return (
    <RecordPanel
      kind="groups"
      type="Group"
      session={session}
      unsure={unsure}
      slot={slot}
      pull={group}
      tabs={tabs}
      filling={filling}
      asText={(value) => [value.name, value.id, value.externalId].filter((part) => part !== '').join('\n')}
      flags={(value, changes) => <Flags value={value} changes={changes} />}
      rawNote={(value) => (value.membersCut ? t('directory.raw.cut') : '')}
    >
      {(value, tab) => (tab === 'members' ? <MembersTab key={value.id} group={value} session={session} unsure={unsure} /> : <Profile value={value} />)}
    </RecordPanel>
  )
}

/** What is worth noticing: nobody in it, members that name nobody, a new name. */
function Flags({ value, changes }: { value: Group; changes: ChangeList }) {
  const { t, i18n } = useTranslation()
  const { rows } = useObservable(changes.view)
  const now = useNow()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const renamed = rows.find((row) => row.action !== 'created' && row.resource.id === value.id && row.changes.some((c) => c.path === 'displayName'))
  return (
    <>
      <span>{t('groups.members.count', { count: value.members, formatted: number(value.members) })}</span>
      {value.members === 0 && value.state !== 'deleted' && <span className="chip">{t('groups.flags.noMembers')}</span>}
      {value.unknown > 0 && <span className="chip">{t('groups.flags.notFound', { count: value.unknown, formatted: number(value.unknown) })}</span>}
      {renamed && now - Date.parse(renamed.at) < lately && <span className="chip">{t('groups.flags.renamed', { ago: ago(renamed.at, i18n.language, now) })}</span>}
    </>
  )
}
