import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components'
import { ArrowDownRegular, ArrowUpRegular, TargetArrowRegular, CopyRegular, PanelBottomRegular, PanelRightRegular } from '@fluentui/react-icons'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { activityDetail } from '../../api/wails'
import type { Activity, ActivityDetail } from '../../api/types'
import { outcomeIcons, useOutcome } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { Panel } from '../../components/Panel'
import { useObservable } from '../../lib/observable'
import { actionKey } from '../../lib/status'
import type { Filter } from '../../state/activity-filter'
import { chooseLook, type Look } from '../../state/activity-look'
import { copy } from '../../state/clipboard'
import { Detail } from '../../state/detail'
import { go } from '../../state/route'
import { Body } from './Body'
import { ChangedValues } from './ChangedValues'
import { Summary } from './Summary'
import { asJson, asText } from './text'

const tabs = ['summary', 'changes', 'request', 'response'] as const
const wideTabs = ['summary', 'changes', 'bodies'] as const

export interface DetailPanelProps {
  seq: number
  /** The row as the list has it, shown until the rest is there. */
  row: Activity | undefined
  tab: string
  look: Look
  /** There is room for request and response side by side. */
  wide: boolean
  /** The log's oldest and newest request. */
  first: number
  last: number
  /** The list is filtered, and finished without this request. */
  outside: boolean
  filtered: boolean
  /** The panel stands below the list. */
  bottom: boolean
  /** There is room below the list for the panel. */
  dockable: boolean
  /** There is room for long tab names. */
  roomy: boolean
  onTab: (tab: string) => void
  onClose: () => void
  onOnly: (part: Partial<Filter>) => void
  onAround: () => void
  onNeighbour: ((step: 1 | -1) => void) | null
}

/** All that is known of one request, beside or below the list. */
export function DetailPanel(props: DetailPanelProps) {
  const { seq, look, wide, onTab, onClose, onNeighbour, first, last, filtered, bottom } = props
  const { t, i18n } = useTranslation()
  const detail = useMemo(() => new Detail(async (id) => ({ ...(await activityDetail(Number(id))), id })), [])
  const view = useObservable(detail.view)
  useEffect(() => detail.show(String(seq)), [detail, seq])
  useEffect(() => () => detail.close(), [detail])

  const full = view.value && view.value.id === String(seq) ? view.value : null
  const row = full?.row ?? (props.row?.seq === seq ? props.row : undefined)
  const missing = view.id === String(seq) && view.error?.code === 'NOT_FOUND' ? view.error : null
  const never = seq > last
  const known: readonly string[] = wide ? wideTabs : tabs
  const asked = props.tab === 'bodies' && !wide ? 'request' : wide && (props.tab === 'request' || props.tab === 'response') ? 'bodies' : props.tab
  const tab = known.includes(asked) ? asked : 'summary'
  const changed = full?.changes.length ?? 0
  const dock = t(bottom ? 'activity.details.dockRight' : 'activity.details.dockBottom')
  const title = (name: string) =>
    name === 'changes' && changed > 0 && props.roomy && !full?.changesMore
      ? t('activity.tabs.changesCount', { count: changed })
      : t(`activity.tabs.${name as (typeof tabs)[number] | 'bodies'}`)

  return (
    <Panel
      label={t('activity.details.title')}
      title={
        row ? (
          <>
            {t(actionKey(row.action))} <bdi>{row.identity}</bdi>
          </>
        ) : (
          t('activity.details.title')
        )
      }
      actions={
        <span className="panel-actions">
          <Button appearance="subtle" icon={<ArrowUpRegular />} disabled={!onNeighbour} aria-label={t('activity.details.previous')} title={t('activity.details.previous')} onClick={() => onNeighbour?.(-1)} />
          <Button appearance="subtle" icon={<ArrowDownRegular />} disabled={!onNeighbour} aria-label={t('activity.details.next')} title={t('activity.details.next')} onClick={() => onNeighbour?.(1)} />
          {filtered && row && (
            <Button appearance="subtle" icon={<TargetArrowRegular />} aria-label={t('activity.details.around')} title={t('activity.details.around')} onClick={props.onAround} />
          )}
          <Button
            appearance="subtle"
            disabledFocusable={!props.dockable}
            icon={bottom ? <PanelRightRegular /> : <PanelBottomRegular />}
            aria-label={dock}
            title={props.dockable ? dock : t('activity.details.dockNoRoom')}
            onClick={() => chooseLook({ dock: bottom ? 'right' : 'bottom' })}
          />
          {full && <CopyMenu detail={full} text={asText(full.row, t, i18n.language)} />}
        </span>
      }
      {...(missing || !row ? {} : { tabs: known.map((id) => ({ id, title: title(id) })), tab, onTab })}
      notice={
        props.outside && row && <p className="panel-note quiet small">{t('activity.details.outside')}</p>
      }
      fill={tab === 'bodies'}
      onClose={onClose}
    >
      {missing && (
        <div className="panel-gone">
          <h3>{t(never ? 'activity.details.never' : 'activity.details.gone')}</h3>
          <p className="quiet">{never ? t('activity.details.neverHint', { seq: seq.toLocaleString(i18n.language) }) : t('activity.details.goneHint')}</p>
          {!never && first > 1 && (
            <div className="buttons">
              <Button onClick={() => go({ page: 'settings' })}>{t('shell.pages.settings')}</Button>
            </div>
          )}
        </div>
      )}
      {!missing && view.error && <ErrorBar error={view.error} onRetry={() => detail.reload()} />}
      {!missing && row && tab === 'summary' && <Summary row={row} detail={full} onOnly={props.onOnly} />}
      {!missing && !full && !view.error && (tab !== 'summary' || !row) && <Bones label={t('activity.details.loading')} />}
      {full && tab === 'changes' && <ChangedValues rows={full.changes} more={full.changesMore} />}
      {full && (tab === 'request' || tab === 'bodies') && <div className={tab === 'bodies' ? 'bodies' : 'body-alone'}>
        <Body which="request" text={full.request} cut={full.requestCut} look={look} heading={tab === 'bodies'} />
        {tab === 'bodies' && <Body which="response" text={full.response} cut={full.responseCut} look={look} heading />}
      </div>}
      {full && tab === 'response' && <div className="body-alone"><Body which="response" text={full.response} cut={full.responseCut} look={look} heading={false} /></div>}
    </Panel>
  )
}

function Bones({ label }: { label: string }) {
  return (
    <div className="panel-bones" aria-busy aria-label={label} role="status">
      {[70, 90, 50, 80].map((width) => (
        <span key={width} className="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}

function CopyMenu({ detail, text }: { detail: ActivityDetail; text: string }) {
  const { t } = useTranslation()
  const [outcome, show] = useOutcome()
  const item = (name: 'copyDetails' | 'copyCurl' | 'copyPowerShell' | 'copyId' | 'copyRequestId' | 'copyJson', what: string, title?: string) => (
    <MenuItem disabled={what === ''} title={title} onClick={() => show(copy(what))}>
      {t(`activity.details.${name}`)}
    </MenuItem>
  )
  const hint = t('activity.details.tokenHint')
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={outcome ? outcomeIcons[outcome] : <CopyRegular />} aria-label={t('activity.details.copy')} title={t(outcome ? `common.actionsBar.${outcome === 'copied' ? 'copied' : 'notCopied'}` : 'activity.details.copy')} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {item('copyDetails', text)}
          {item('copyCurl', detail.curl, hint)}
          {item('copyPowerShell', detail.powerShell, hint)}
          {item('copyId', detail.row.id)}
          {item('copyRequestId', detail.row.requestId)}
          {item('copyJson', asJson(detail))}
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
