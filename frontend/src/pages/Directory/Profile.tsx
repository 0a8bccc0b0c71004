import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Attribute } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Marked } from '../../components/Marked'
import { SearchField } from '../../components/SearchField'
import { matches } from '../../lib/matches'
import { moment } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { attributeGroups } from './attributes'
import type { Thing } from './RecordPanel'

/** From so many attributes on there is a field to find one. */
const many = 12

/** Both ids, what is told first, and all attributes under their SCIM paths. */
export function Profile({ value, note, first, children }: { value: Thing; note?: string; first?: ReactNode; children?: ReactNode }) {
  const { t, i18n } = useTranslation()
  return (
    <div className="profile">
      {first}
      <dl>
        <Line name={t('directory.profile.id')} value={value.id} mono copyLabel={t('directory.panel.copyId')} hint={t('directory.profile.idHint')} />
        <Line name={t('directory.profile.externalId')} value={value.externalId} mono copyLabel={t('directory.panel.copyExternalId')} hint={t('directory.profile.externalIdHint')} />
        {children}
        <Line name={t('directory.profile.created')} value={value.created && moment(value.created, i18n.language)} />
        <Line name={t('directory.profile.changed')} value={value.changed && moment(value.changed, i18n.language)} />
      </dl>
      <p className="quiet small">{note ?? t('directory.profile.readOnly')}</p>
      <Attributes all={value.attributes} />
    </div>
  )
}

export interface LineProps {
  name: string
  /** Text, which can be copied, or what shows it. */
  value: ReactNode
  mono?: boolean
  copyLabel?: string
  hint?: string
}

/** One thing that is known. */
export function Line({ name, value, mono = false, copyLabel, hint }: LineProps) {
  const { t } = useTranslation()
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value ? <span className={mono ? 'mono' : undefined} dir="auto">{value}</span> : <span className="quiet">{t('directory.profile.none')}</span>}
        {copyLabel && typeof value === 'string' && value !== '' && (
          <CopyButton label={copyLabel} copied={t('common.actionsBar.copied')} onCopy={() => copy(value)} />
        )}
      </dd>
      {hint && <dd className="hint-line">{hint}</dd>}
    </div>
  )
}

function Attributes({ all }: { all: readonly Attribute[] }) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const found = search === '' ? all : all.filter((a) => matches(`${a.path} ${a.value}`, search).some((part) => part.match))
  return (
    <div className="attributes">
      <h3>{t('directory.profile.attributes')}</h3>
      {all.length > many && <SearchField label={t('directory.profile.filter')} value={search} busy={false} onSearch={setSearch} />}
      {found.length === 0 && search !== '' && <p className="quiet">{t('directory.profile.noAttribute')}</p>}
      {attributeGroups(found).map(({ urn, kind, attributes }) => (
        <table key={urn}>
          <caption>
            {t(`directory.profile.${kind}`)}
            {urn && <span className="mono">{urn}</span>}
          </caption>
          <tbody>
            {attributes.map(({ path, value }, i) => (
              <tr key={`${path} ${i}`}>
                <th scope="row" className="mono">
                  <Marked text={path} search={search} />
                </th>
                <td>
                  <Marked text={value} search={search} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  )
}
