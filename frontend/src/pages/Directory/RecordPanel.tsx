import { Link } from '@fluentui/react-components'
import { type ReactNode, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Attribute } from '../../api/types'
import { history } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { JsonView } from '../../components/JsonView'
import { Panel } from '../../components/Panel'
import { useChanged } from '../../lib/changed'
import { useObservable } from '../../lib/observable'
import { ChangeList } from '../../state/changes'
import { copy } from '../../state/clipboard'
import { Detail } from '../../state/detail'
import { hashOf } from '../../state/route'
import type { Session } from '../../state/session'
import { DeletedNotice } from './DeletedNotice'
import type { PanelSlot } from './DirectoryPage'
import { HistoryTab } from './HistoryTab'
import type { Kind } from './kind'
import { StateMark } from './parts'

/** What people and groups have in common. */
export interface Thing {
  id: string
  externalId: string
  name: string
  state: string
  created: string
  changed: string
  deleted: string
  version: number
  attributes: Attribute[]
  json: string
}

const titles = ['profile', 'groups', 'members', 'team', 'history', 'raw'] as const
export type TabName = (typeof titles)[number]

export interface RecordPanelProps<T extends Thing> {
  kind: Kind
  type: 'User' | 'Group'
  session: Session
  unsure: boolean
  slot: PanelSlot
  pull: (id: string) => Promise<T>
  /** The first is shown where none was chosen. */
  tabs: readonly TabName[]
  /** Tabs that scroll by themselves. */
  filling?: readonly TabName[]
  /** What the copy button of the head copies. */
  asText: (value: T) => string
  /** Beside the state: what is worth noticing. */
  marks?: (value: T) => ReactNode
  /** The same, of what changed lately. */
  flags?: (value: T, changes: ChangeList) => ReactNode
  /** Of what JSON leaves out. */
  rawNote?: (value: T) => string
  /** Profile, and what only this kind has. */
  children: (value: T, tab: TabName, reload: () => void) => ReactNode
}

/** Everything about one person or group, as it is now: it loads itself anew when something changed. */
export function RecordPanel<T extends Thing>(props: RecordPanelProps<T>) {
  const { kind, type, session, unsure, slot, pull, tabs, filling = [], children } = props
  const { t } = useTranslation()
  const detail = useMemo(() => new Detail(pull), [pull])
  const changes = useMemo(() => new ChangeList(type, history), [type])
  const { value, error, id, loading } = useObservable(detail.view)
  const moved = useObservable(session.changes)
  const tab = tabs.find((name) => name === slot.tab) ?? tabs[0] ?? 'profile'
  const needsChanges = tab === 'history' || value?.state === 'deleted' || props.flags !== undefined

  useEffect(() => () => {
    detail.close()
    changes.close()
  }, [detail, changes])
  useEffect(() => detail.show(slot.id), [detail, slot.id])
  useEffect(() => {
    if (needsChanges) changes.show(slot.id)
  }, [changes, slot.id, needsChanges])
  useChanged(moved, () => {
    detail.reload()
    changes.reload()
  })

  const missing = error?.code === 'NOT_FOUND' && value === null
  const title = value ? <bdi>{value.name || value.id}</bdi> : <span className="mono">{slot.id}</span>
  return (
    <Panel
      ref={slot.ref}
      label={t(`${kind}.details`)}
      title={title}
      full={value?.name || slot.id}
      {...(value ? { actions: <CopyButton label={t('directory.panel.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(props.asText(value))} /> } : {})}
      tabs={missing ? [] : tabs.map((name) => ({ id: name, title: t(`directory.panel.tabs.${name}`) }))}
      tab={missing ? '' : tab}
      onTab={slot.onTab}
      fill={filling.includes(tab)}
      onClose={slot.onClose}
      notice={
        <div className="panel-notice">
          {value && (
            <div className="panel-facts">
              <StateMark state={value.state} unsure={unsure} />
              {props.marks?.(value)}
              {props.flags?.(value, changes)}
            </div>
          )}
          {value?.state === 'deleted' && <DeletedNotice kind={kind} type={type} value={value} changes={changes} onRestored={() => detail.reload()} onGone={slot.onClose} />}
          {missing && <p>{t('directory.panel.gone')}</p>}
          {error && !missing && <ErrorBar error={error} onRetry={() => detail.reload()} />}
        </div>
      }
    >
      {!value && loading && <Bones key={id} label={t('directory.panel.loading')} />}
      {value && tab === 'history' && <HistoryTab changes={changes} kind={kind} id={value.id} />}
      {value && tab === 'raw' && (
        <>
          <div className="toolbar">
            <Link href={hashOf({ page: 'activity', query: { resource: value.id } })}>{t('directory.panel.requests')}</Link>
            <span className="spring" />
            <CopyButton label={t('directory.panel.copyJson')} text={t('directory.panel.copyJson')} copied={t('common.actionsBar.copied')} onCopy={() => copy(value.json)} />
          </div>
          {props.rawNote?.(value) && <p className="quiet small">{props.rawNote(value)}</p>}
          <JsonView label={t('directory.raw.label')} text={value.json} />
        </>
      )}
      {value && tab !== 'history' && tab !== 'raw' && children(value, tab, () => detail.reload())}
    </Panel>
  )
}

function Bones({ label }: { label: string }) {
  return (
    <div className="panel-bones" role="status" aria-label={label}>
      {Array.from({ length: 6 }, (_, i) => (
        <span key={i} className="bone" />
      ))}
    </div>
  )
}
