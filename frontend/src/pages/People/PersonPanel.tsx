import { useTranslation } from 'react-i18next'
import type { Person } from '../../api/types'
import { person } from '../../api/wails'
import type { Session } from '../../state/session'
import type { PanelSlot } from '../Directory/DirectoryPage'
import { ReferenceLink } from '../Directory/parts'
import { Line, Profile } from '../Directory/Profile'
import { RecordPanel, type TabName } from '../Directory/RecordPanel'
import { KeptSection } from './KeptSection'
import { TeamTab } from './TeamTab'
import { roleKey } from './words'

const tabs: readonly TabName[] = ['profile', 'groups', 'team', 'history', 'raw']

/** Everything about one person, deleted ones included. */
export function PersonPanel({ session, unsure, slot }: { session: Session; unsure: boolean; slot: PanelSlot }) {
  const { t } = useTranslation()
  const asText = (value: Person) =>
    [value.name, value.userName, value.email, value.localId, value.id, value.externalId].filter((part, i, all) => part !== '' && all.indexOf(part) === i).join('\n')
  return (
    <RecordPanel kind="people" type="User" session={session} unsure={unsure} slot={slot} pull={person} tabs={tabs} asText={asText} marks={(value) => <Marks value={value} />}>
      {(value, tab, reload) => {
        if (tab === 'groups') return <Groups value={value} />
        if (tab === 'team') return <TeamTab value={value} session={session} unsure={unsure} />
        return (
          <Profile value={value} note={t(value.entra ? 'directory.profile.readOnly' : 'people.madeHere')} first={<KeptSection key={value.id} value={value} onSaved={reload} />}>
            <Line name={t('directory.profile.userName')} value={value.userName} copyLabel={t('directory.panel.copyUserName')} />
            <Line name={t('directory.profile.email')} value={value.email} copyLabel={t('directory.panel.copyEmail')} />
            <Line name={t('directory.profile.manager')} value={value.manager.id && <ReferenceLink to={value.manager} />} />
          </Profile>
        )
      }}
    </RecordPanel>
  )
}

/** What is worth noticing: made here, protected, a role. */
function Marks({ value }: { value: Person }) {
  const { t } = useTranslation()
  return (
    <>
      {!value.entra && <span className="chip">{t('people.origin.madeHere')}</span>}
      {value.role !== '' && <span className="chip">{t(roleKey(value.role))}</span>}
      {value.protected && <span className="chip">{t('people.kept.protected')}</span>}
    </>
  )
}

function Groups({ value }: { value: Person }) {
  const { t } = useTranslation()
  if (value.groups.length === 0) return <p className="quiet">{t('people.noGroups')}</p>
  return (
    <ul className="link-list" aria-label={t('people.groupsOf')}>
      {value.groups.map((group) => (
        <li key={group.id}>
          <ReferenceLink to={group} />
        </li>
      ))}
    </ul>
  )
}
