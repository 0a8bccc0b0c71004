import { Button } from '@fluentui/react-components'
import { ArrowClockwiseRegular, ArrowDownloadRegular } from '@fluentui/react-icons'
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { type Column, Grid } from '../../components/Grid'
import { PageHead } from '../../components/PageHead'
import { SearchField } from '../../components/SearchField'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import type { DirectoryList } from '../../state/directory'
import { type Asked, everybody, type ListView, narrowing } from '../../state/list'
import { go } from '../../state/route'
import { openSample } from '../../state/sample'
import { useWanted } from '../../state/wanted'
import { ColumnsMenu } from './ColumnsMenu'
import { useColumns } from './columns'
import './directory.css'
import { ExportDialog } from './ExportDialog'
import { type Filter, filterKey, type Kind } from './kind'
import { SelectionBar } from './SelectionBar'
import { StateFilter } from './StateFilter'
import { useCalmRefresh, useCursor, useFoundTold } from './use'

export interface PanelSlot {
  id: string
  tab: string
  ref: Ref<HTMLElement>
  onTab: (tab: string) => void
  onClose: () => void
}

export interface DirectoryPageProps<Row extends { id: string }> extends PageProps {
  kind: Kind
  list: DirectoryList<Row>
  /** All columns in their first order; that of the name comes first. */
  columns: readonly Column<Row>[]
  /** Those that are shown until somebody chooses others. */
  shownFirst: readonly string[]
  states: readonly Filter[]
  /** In the head: how many there are. */
  counts: string
  total: number
  /** Nothing was ever there, so there is something to set up. */
  untouched: boolean
  /** Columns that are shown by default once there is something in them, as long as there is not. */
  pending?: readonly string[]
  /** Before the buttons of the head. */
  actions?: ReactNode
  /** Behind the filter of states. */
  filters?: ReactNode
  /** Below the tools: what the list can be narrowed to at once. */
  chips?: ReactNode
  /** A CSV may have the list's columns alone. */
  wide?: boolean
  /** Beside what can be done with all that is ticked. */
  selectionActions?: (ticked: Ticked) => ReactNode
  /** What copying takes of one beside the id: the e-mail or the name. */
  wordOf: (row: Row) => string
  panel: (slot: PanelSlot) => ReactNode
}

/** What is ticked: ids, or all that a question finds. */
export interface Ticked {
  count: number
  ids: () => Promise<string[]>
  all: Asked | null
}

/** A long list with its tools, and beside it what was opened. */
export function DirectoryPage<Row extends { id: string; state: string }>(props: DirectoryPageProps<Row>) {
  const { kind, list, route, unsure, snapshot } = props
  const { t, i18n } = useTranslation()
  const view = useObservable(list.view)
  const { selection } = list
  const ticked = useObservable(selection.view)
  const count = selection.count()
  const grid = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLElement>(null)
  const cursor = useCursor({ kind, list, view, route, grid, panel })
  const choice = useColumns(kind, props.columns, props.shownFirst, props.pending)
  const [exporting, setExporting] = useState(false)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const { asked } = view
  const narrowed = JSON.stringify(narrowing(asked)) !== JSON.stringify(narrowing(everybody))

  useEffect(() => list.show(), [list])
  useWanted(kind, () => setExporting(true))
  useEffect(() => selection.reordered(), [selection, view.loading])
  useCalmRefresh(list, view, grid, cursor.active === null && count === 0)

  const ask = (part: Partial<Asked>) => {
    if (selection.view.get().all !== null) selection.clear()
    list.ask(part)
  }
  const clear = () => ask(narrowing(everybody))

  const found = narrowed && !view.loading && view.total >= 0 ? t('directory.found', { count: view.total, formatted: number(view.total) }) : ''
  useFoundTold(view, found)

  const sortBy = (id: string) => {
    const mostFirst = id === 'changed' || id === 'created' || id === 'groups' || id === 'members'
    ask(asked.sort === id ? { descending: !asked.descending } : { sort: id, descending: mostFirst })
  }

  const onKey = (e: KeyboardEvent): boolean => {
    if (e.key !== 'a' || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return false
    selection.tickAll()
    return true
  }

  const everyRow = async () => (await list.rows(0, view.total - 1)).filter((row) => row.id !== '')
  const tickedIds = async () => (ticked.all === null ? [...ticked.rows.keys()] : (await everyRow()).map((row) => row.id))
  const tickedRows = async () => (ticked.all === null ? await list.byIds([...ticked.rows.keys()]) : await everyRow())
  const busy = view.total < 0
  const empty = view.total === 0 && !view.loading
  return (
    <section className="directory" aria-labelledby="page-title" onKeyDown={cursor.onKeyDown}>
      <PageHead title={t(`${kind}.title`)} note={unsure ? t('directory.head.asOf', { counts: props.counts }) : props.counts}>
        {props.actions}
        <ColumnsMenu choice={choice} titles={Object.fromEntries(props.columns.map((c) => [c.id, c.title]))} always="name" />
        <Button icon={<ArrowDownloadRegular />} onClick={() => setExporting(true)}>
          {t('directory.export.button')}
        </Button>
      </PageHead>
      <div className="toolbar">
        <SearchField main label={t(`${kind}.search`)} value={asked.search} busy={view.loading} onSearch={(text) => ask({ search: text })} />
        <StateFilter states={props.states} state={asked.state} onState={(next) => ask({ state: next })} />
        {props.filters}
        <span className="spring" />
        <span className="quiet found">{found}</span>
        {view.stale && (
          <>
            <span className="quiet stale">{t('directory.stale')}</span>
            <Button size="small" icon={<ArrowClockwiseRegular />} onClick={() => list.refresh()}>
              {t('directory.refresh')}
            </Button>
          </>
        )}
      </div>
      {props.chips}
      {view.error && <ErrorBar error={view.error} onRetry={() => list.retry()} />}
      <div className="directory-body">
        <div className="grid-frame">
          {empty ? (
            <Nothing kind={kind} view={view} untouched={props.untouched} sample={snapshot.sample} onClear={clear} />
          ) : (
            !(busy && view.error) && (
              <Grid
                ref={grid}
                name={kind}
                label={t(`${kind}.grid`)}
                columns={choice.columns}
                busy={busy}
                count={busy ? 30 : view.total}
                row={(index) => list.row(index)}
                onRange={cursor.onRange}
                active={cursor.active}
                onActive={cursor.onActive}
                isTicked={(index) => ticked.all !== null || selection.has(list.row(index)?.id ?? '')}
                onTick={(index, extend) => void (extend ? selection.extend(index, cursor.active ?? index) : selection.toggle(index))}
                tickLabel={t(`${kind}.tick`)}
                tickAllLabel={t(`${kind}.tickAll`)}
                allTicked={ticked.all !== null ? true : count > 0 ? 'mixed' : false}
                onTickAll={() => (ticked.all !== null ? selection.clear() : selection.tickAll())}
                sort={{ id: asked.sort, descending: asked.descending }}
                onSort={sortBy}
                onKey={onKey}
                order={JSON.stringify(view.answered)}
                scroll={list.scroll}
              />
            )
          )}
          {(count > 0 || ticked.refused !== null) && (
            <SelectionBar
              kind={kind}
              selection={ticked}
              count={count}
              ids={tickedIds}
              words={async () => (await tickedRows()).map(props.wordOf)}
              rows={tickedRows}
              mayBeDeleted={ticked.all !== null ? ticked.all.state === 'deleted' || ticked.all.state === 'all' : [...ticked.rows.values()].some((row) => row.state === 'deleted')}
              onChanged={() => {
                selection.clear()
                list.refresh()
              }}
              onExport={() => setExporting(true)}
              actions={props.selectionActions?.({ count, ids: tickedIds, all: ticked.all })}
              onClear={() => {
                selection.clear()
                grid.current?.focus()
              }}
            />
          )}
        </div>
        {route.id !== '' && props.panel({ id: route.id, tab: route.tab, ref: panel, onTab: cursor.onTab, onClose: cursor.close })}
      </div>
      {exporting && (
        <ExportDialog
          kind={kind}
          columns={props.wide ? choice.columns.map((c) => c.id) : []}
          choices={[
            ...(count > 0 ? [{ id: 'selected', label: t('directory.export.selected', { formatted: number(count) }), ids: [...ticked.rows.keys()], ...(ticked.all ? { filter: ticked.all } : {}) }] : []),
            ...(narrowed ? [{ id: 'shown', label: t('directory.export.shown', { formatted: number(Math.max(0, view.total)) }), filter: asked }] : []),
            { id: 'everything', label: t(`${kind}.export.everything`, { formatted: number(props.total) }) },
          ]}
          onClose={() => setExporting(false)}
        />
      )}
    </section>
  )
}

interface NothingProps {
  kind: Kind
  view: ListView
  untouched: boolean
  sample: boolean
  onClear: () => void
}

/** Why the list is empty, and the next step. */
function Nothing({ kind, view, untouched, sample, onClear }: NothingProps) {
  const { t } = useTranslation()
  const { search, state, quality, group, manager } = view.asked
  const narrow = quality !== '' || group !== '' || manager !== ''
  if (!narrow && search === '' && (untouched || state === '')) {
    return (
      <EmptyState title={t(`${kind}.empty.title`)} text={t(`${kind}.empty.text`)}>
        {!sample && (
          <>
            <Button appearance="primary" onClick={() => go({ page: 'connection' })}>
              {t(`${kind}.empty.connect`)}
            </Button>
            {kind === 'people' && <Button onClick={() => go({ page: 'tools', id: 'import' })}>{t('people.empty.import')}</Button>}
            <Button onClick={openSample}>{t(`${kind}.empty.sample`)}</Button>
          </>
        )}
      </EmptyState>
    )
  }
  const within = t(filterKey(state))
  const text = narrow ? t('directory.nothing.filters') : search === '' ? t('directory.nothing.state', { state: within }) : t('directory.nothing.search', { search, state: within })
  return (
    <EmptyState title={t('directory.nothing.title')} text={text}>
      <Button onClick={onClear}>{t('directory.nothing.clear')}</Button>
    </EmptyState>
  )
}
