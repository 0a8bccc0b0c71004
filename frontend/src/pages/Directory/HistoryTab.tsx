import { Button, Dropdown, Link, Option } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HistoryRow } from '../../api/types'
import { Changes } from '../../components/Changes'
import { ErrorBar } from '../../components/ErrorBar'
import { deedKey, isMembership } from '../../lib/deeds'
import { useObservable } from '../../lib/observable'
import { moment, when } from '../../lib/time'
import type { ChangeList } from '../../state/changes'
import { hashOf } from '../../state/route'
import type { Kind } from './kind'
import { ReferenceLink } from './parts'

/** Chosen in place of an attribute: only members who came and went. No attribute is called so. */
const comings = ':members'

/** From so many values on they are folded, such as when somebody was created. */
const manyValues = 5

/** What changed, newest first: when, by whom, from what to what, and the request behind it. */
export function HistoryTab({ changes, kind, id }: { changes: ChangeList; kind: Kind; id: string }) {
  const { t, i18n } = useTranslation()
  const { rows, more, ready, loading, error } = useObservable(changes.view)
  const [attribute, setAttribute] = useState('')
  const number = (n: number) => n.toLocaleString(i18n.language)
  const attributes = [...new Set(rows.flatMap((row) => row.changes.map((c) => c.path)))].sort()
  const shown = attribute === '' ? rows : rows.filter((row) => (attribute === comings ? isMembership(row.action) : row.changes.some((c) => c.path === attribute)))
  const choices = ['', ...(kind === 'groups' && rows.some((row) => isMembership(row.action)) ? [comings] : []), ...attributes]
  const nameOf = (choice: string) => (choice === comings ? t('directory.history.members') : choice || t('directory.history.all'))

  return (
    <>
      {error && <ErrorBar error={error} onRetry={() => changes.reload()} />}
      {(choices.length > 2 || attribute !== '') && (
        <Dropdown
          className="history-filter"
          aria-label={t('directory.history.filter')}
          value={nameOf(attribute)}
          selectedOptions={[attribute]}
          onOptionSelect={(_, { optionValue }) => setAttribute(optionValue ?? '')}
        >
          {choices.map((path) => (
            <Option key={path} value={path}>
              {nameOf(path)}
            </Option>
          ))}
        </Dropdown>
      )}
      {ready && shown.length === 0 && (
        <p className="quiet">
          {attribute === ''
            ? t('directory.history.none')
            : more
              ? t('directory.history.noneOfThese', { attribute: nameOf(attribute), formatted: number(rows.length) })
              : t('directory.history.noneAtAll', { attribute: nameOf(attribute) })}
        </p>
      )}
      <ol className="history">
        {shown.map((row) => (
          <Item key={row.seq} row={row} kind={kind} id={id} attribute={attribute} />
        ))}
      </ol>
      {more && (
        <div>
          <Button disabledFocusable={loading} onClick={() => changes.older()}>
            {t('directory.history.older')}
          </Button>
        </div>
      )}
    </>
  )
}

function Item({ row, kind, id, attribute }: { row: HistoryRow; kind: Kind; id: string; attribute: string }) {
  const { t, i18n } = useTranslation()
  const [open, setOpen] = useState(false)
  const changes = attribute === '' || attribute === comings ? row.changes : row.changes.filter((c) => c.path === attribute)
  const folded = changes.length > manyValues
  const membership = isMembership(row.action)
  // Of a membership the other side is told: to a person the group, to a group the member.
  const other = row.resource.id === id ? row.other : row.resource
  const came = row.action === 'member added'
  const deed = kind === 'groups' && row.resource.id === id ? (came ? 'came' : 'went') : came ? 'addedTo' : 'removedFrom'
  return (
    <li>
      <div className="history-head">
        <strong className="capital">{membership ? t(`directory.history.${deed}`) : t(deedKey(row.action))}</strong>
        {membership && <ReferenceLink to={other} />}
        {folded && (
          <Button size="small" appearance="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('directory.history.values', { count: changes.length, formatted: changes.length.toLocaleString(i18n.language) })}
          </Button>
        )}
      </div>
      <div className="history-head quiet small">
        <time dateTime={row.at} title={moment(row.at, i18n.language)}>
          {when(row.at, i18n.language)}
        </time>
        <Who origin={row.origin} actor={row.actor} />
        <RequestLink row={row} />
      </div>
      {changes.length > 0 && (!folded || open) && <Changes plain changes={changes} />}
    </li>
  )
}

function Who({ origin, actor }: Pick<HistoryRow, 'origin' | 'actor'>) {
  const { t } = useTranslation()
  if (origin === 'scim') return <span>{actor ? t('directory.history.entraFor', { actor }) : t('directory.history.entra')}</span>
  if (origin === 'window') return <span>{t('directory.history.here')}</span>
  return <span>{t('directory.history.local', { who: origin })}</span>
}

/** Leads to the request behind a change, as long as the log has it. What was done here has none. */
export function RequestLink({ row }: { row: HistoryRow }) {
  const { t, i18n } = useTranslation()
  if (row.activity > 0) {
    return (
      <Link href={hashOf({ page: 'activity', id: String(row.activity) })} aria-label={t('directory.history.requestLabel', { when: moment(row.at, i18n.language) })}>
        {t('directory.history.request')}
      </Link>
    )
  }
  return row.origin === 'scim' ? <span>{t('directory.history.requestGone')}</span> : null
}
