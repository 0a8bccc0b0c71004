import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { HandoverRow, HandoverState } from '../../../api/types'
import { EmptyState } from '../../../components/EmptyState'
import type { Column } from '../../../components/Grid'
import { Marked } from '../../../components/Marked'
import { PlanGrid } from '../../../components/PlanGrid'
import { StateChips } from '../../../components/StateChips'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import type { Handover } from '../../../state/handover'
import { go } from '../../../state/route'
import { useChosen } from '../chosen'
import { actionWord } from './words'

/** Whom the next hand-over tells of, and who has no key in the old system yet. */
export function Next({ model, state }: { model: Handover; state: HandoverState }) {
  const { t, i18n } = useTranslation()
  const counts = useObservable(model.counts)
  const view = useObservable(model.rows.view)
  const { narrow, inGrid } = useChosen(model.rows)
  const search = view.answered?.search ?? ''
  const number = (n: number) => n.toLocaleString(i18n.language)
  const { pending } = state
  const people = pending.joiners + pending.changes + pending.leavers

  const columns = useMemo((): Column<HandoverRow>[] => [
    { id: 'action', title: t('handover.columns.action'), width: '136px', render: (row) => <Status {...actionWord(t, row.action)} /> },
    { id: 'localId', title: t('handover.attributes.localId'), width: 'minmax(90px, 0.7fr)', render: (row) => (row.localId === '' ? <span className="quiet">{t('handover.noKey')}</span> : <bdi title={row.localId}><Marked text={row.localId} search={search} /></bdi>) },
    { id: 'userName', title: t('handover.attributes.userName'), width: 'minmax(130px, 1.4fr)', render: (row) => <bdi title={row.userName}><Marked text={row.userName} search={search} /></bdi> },
    { id: 'name', title: t('handover.columns.name'), width: 'minmax(120px, 1.2fr)', render: (row) => <bdi title={row.name}><Marked text={row.name} search={search} /></bdi> },
  ], [t, search])

  return (
    <div className="plan">
      {state.noKey > 0 && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('handover.withoutKey', { count: state.noKey, formatted: number(state.noKey) })}</MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => go({ page: 'people', query: { quality: 'no-local-id' } })}>{t('handover.showThem')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {people === 0 && pending.in + pending.out === 0 ? (
        <EmptyState title={t('handover.next.nothing')} text={t(state.list.length === 0 ? 'handover.next.never' : 'handover.next.same')} />
      ) : (
        <>
          <p className="aside">
            {pending.in + pending.out > 0
              ? t('handover.next.members', { began: t('handover.sums.in', { count: pending.in, formatted: number(pending.in) }), ended: t('handover.sums.out', { count: pending.out, formatted: number(pending.out) }) })
              : t('handover.next.text')}
          </p>
          <StateChips
            label={t('handover.chips')} total={people} counts={counts} wordOf={actionWord} state={view.asked.state}
            onState={narrow}
          />
          <PlanGrid
            {...inGrid} list={model.rows} name="handover" label={t('handover.grid')} searchLabel={t('handover.search')} columns={columns}
            onActive={(index, how) => {
              inGrid.onActive(index, how)
              const row = index === null ? undefined : model.rows.row(index)
              if (how === 'open' && row && row.action !== 'leave') go({ page: 'people', id: row.id })
            }}
            empty={<EmptyState title={t('handover.next.onlyMembers')} />}
          />
        </>
      )}
    </div>
  )
}
