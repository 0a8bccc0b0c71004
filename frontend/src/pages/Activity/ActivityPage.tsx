import { Button, Menu, MenuDivider, MenuItem, MenuItemCheckbox, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, ToggleButton } from '@fluentui/react-components'
import { ArrowDownRegular, ColumnTripleRegular, PauseRegular } from '@fluentui/react-icons'
import { type KeyboardEvent, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { activityDetail } from '../../api/wails'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { reveal } from '../../components/Grid'
import { PageHead } from '../../components/PageHead'
import { useObservable } from '../../lib/observable'
import { useSize } from '../../lib/width'
import type { PageProps } from '../../shell/page'
import { type Filter, fromQuery, isNothing, nothing, toQuery } from '../../state/activity-filter'
import { chooseLook, columnNames, look as lookOf, usualColumns } from '../../state/activity-look'
import { maxMatches } from '../../state/activity-search'
import { copy } from '../../state/clipboard'
import { singleKeys } from '../../state/preferences'
import { go, route as shown } from '../../state/route'
import { openSample } from '../../state/sample'
import { ActivityGrid } from './ActivityGrid'
import { DetailPanel } from './DetailPanel'
import { FilterBar } from './FilterBar'
import { asText, basePath } from './text'
import { sentence } from './words'
import './activity.css'

/** From so many pixels on request and response stand side by side. */
const wideWindow = 1_500
const widePanel = 800
/** Below so many pixels the panel stands at the right whatever was chosen: there is no room for two parts. */
const lowBody = 440

/** The requests as they arrive, filtered or not, and the open one's details beside them. */
export function ActivityPage({ session, snapshot, route }: PageProps) {
  const { t, i18n } = useTranslation()
  const { log } = session
  const view = useObservable(log.view)
  const look = useObservable(lookOf())
  const [uncopied, setUncopied] = useState<{ seq: number; error: ApiError } | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(body)
  const dockable = height === 0 || height >= lowBody
  const bottom = look.dock === 'bottom' && dockable
  const open = /^[1-9]\d{0,14}$/.test(route.id) ? Number(route.id) : null
  const query = JSON.stringify(route.query)

  useLayoutEffect(() => log.start(), [log])
  // Coming back by the navigation, the filter is the one that was left. A link to one request shows it among all.
  const came = useRef(true)
  useLayoutEffect(() => {
    const kept = came.current && route.id === '' && query === '{}' ? log.view.get().filter : nothing
    came.current = false
    if (isNothing(kept)) log.filter(fromQuery(route.query))
    else go({ page: 'activity', query: toQuery(kept) }, true)
  }, [log, query])
  useLayoutEffect(() => {
    if (open !== null && open !== log.view.get().active) log.show(open)
  }, [log, open])

  const number = (n: number) => n.toLocaleString(i18n.language)
  const { filter, search } = view
  const count = log.count
  const total = view.last === 0 ? 0 : view.last - view.first + 1
  const frozen = view.paused || !view.follow
  const place = { page: 'activity', id: route.id, tab: route.tab, query: route.query } as const

  const setFilter = useCallback((next: Filter, typed = false) => {
    const { id, tab } = shown.get()
    go({ page: 'activity', id, tab, query: toQuery(next) }, typed)
  }, [])
  const close = () => {
    go({ page: 'activity', query: route.query }, true)
    grid.current?.focus()
  }
  const onActive = (index: number | null, how: 'walk' | 'click' | 'open') => {
    const seq = index === null ? null : log.seq(index)
    log.activate(seq)
    if (seq === null) {
      if (open !== null) close()
    } else if (how !== 'walk' || open !== null) go({ ...place, id: String(seq) }, open !== null)
  }
  const resume = () => {
    log.resume()
    if (open !== null) close()
    grid.current?.focus()
  }
  const index = view.active === null ? null : log.indexOf(view.active)
  const docked = bottom && open !== null
  useLayoutEffect(() => {
    if (docked && index !== null) reveal(grid.current, index)
  }, [docked])
  const neighbour = (step: 1 | -1) => {
    const next = index === null ? null : index + step
    if (next === null || next < 0 || next >= count) return
    log.show(log.seq(next))
    go({ ...place, id: String(log.seq(next)) }, true)
  }
  const copyCurl = async (seq: number) => {
    try {
      const { curl } = await activityDetail(seq)
      setUncopied(null)
      await copy(curl)
    } catch (thrown) {
      setUncopied({ seq, error: toApiError(thrown) })
    }
  }
  const keys = (e: KeyboardEvent): boolean => {
    const control = e.ctrlKey || e.metaKey
    const row = index === null ? undefined : log.row(index)
    if (control && e.shiftKey && e.key.toLowerCase() === 'c' && row) void copyCurl(row.seq)
    else if (control && e.key === 'c' && getSelection()?.isCollapsed !== false && row) void copy(asText(row, t, i18n.language))
    else if (e.altKey && !control && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) neighbour(e.key === 'ArrowUp' ? -1 : 1)
    else if (control || e.altKey) return false
    else if (e.key === 'End') resume()
    else if ((e.key === 'f' || e.key === 'F') && singleKeys.get()) log.setFollow(!view.follow)
    else if ((e.key === 'p' || e.key === 'P') && singleKeys.get()) log.setPaused(!view.paused)
    else return false
    return true
  }
  const panelKeys = (e: KeyboardEvent) => {
    const control = e.ctrlKey || e.metaKey
    if ((e.altKey && !control && /^Arrow(Up|Down)$/.test(e.key)) || (control && e.shiftKey && e.key.toLowerCase() === 'c')) {
      if (keys(e)) e.preventDefault()
    }
  }

  return (
    <>
      <PageHead title={t('activity.title')} note={t('activity.total', { count: total, formatted: number(total) })}>
        <span className="quiet small hint">{view.paused ? t('activity.paused') : t('activity.keys')}</span>
        <ToggleButton
          appearance="subtle"
          checked={view.follow && !view.paused}
          icon={<ArrowDownRegular />}
          onClick={() => (view.paused || !view.follow ? resume() : log.setFollow(false))}
        >
          {t('activity.follow')}
        </ToggleButton>
        <ToggleButton appearance="subtle" checked={view.paused} icon={<PauseRegular />} onClick={() => log.setPaused(!view.paused)}>
          {t('activity.pause')}
        </ToggleButton>
        <Columns />
      </PageHead>
      <FilterBar view={view} found={count} onFilter={setFilter} onLeave={() => grid.current?.focus()} />
      {view.error && <ErrorBar error={view.error} onRetry={() => log.retry()} />}
      {uncopied && <ErrorBar error={uncopied.error} onRetry={() => void copyCurl(uncopied.seq)} />}
      {search?.full && (
        <MessageBar intent="info">
          <MessageBarBody>{t('activity.filter.full', { count: maxMatches, formatted: number(maxMatches) })}</MessageBarBody>
        </MessageBar>
      )}
      <div className={`activity-body${bottom ? ' bottom' : ''}`} ref={body}>
        <div className="grid-frame">
          {view.first > 1 && total > 0 && <p className="grid-note quiet small">{t('activity.pruned')}</p>}
          {total === 0 && isNothing(filter) ? (
            <EmptyState title={t('activity.empty')} text={t('activity.emptyHint')}>
              <Button appearance="primary" onClick={() => go({ page: 'connection' })}>{t('activity.connection')}</Button>
              {!snapshot.sample && <Button onClick={openSample}>{t('activity.sample')}</Button>}
            </EmptyState>
          ) : count === 0 && search ? (
            !search.searching && !view.error && (
              <EmptyState title={t('activity.filter.none')} text={t('activity.filter.noneHint', { filter: sentence(t, filter, i18n.language) })}>
                <Button onClick={() => setFilter(nothing)}>{t('activity.filter.clear')}</Button>
              </EmptyState>
            )
          ) : (
            <ActivityGrid log={log} view={view} columns={look.columns} base={basePath(snapshot.address)} onActive={onActive} onKey={keys} ref={grid} />
          )}
          {frozen && view.unseen > 0 && (
            <Button className="pill" appearance="primary" shape="circular" icon={<ArrowDownRegular />} onClick={resume}>
              {t('activity.unseen', { count: view.unseen, formatted: number(view.unseen) })}
            </Button>
          )}
        </div>
        {open !== null && (
          <div className="activity-detail" onKeyDown={panelKeys}>
            <DetailPanel
              seq={open}
              row={index === null ? undefined : log.row(index)}
              tab={route.tab}
              look={look}
              bottom={bottom}
              dockable={dockable}
              roomy={bottom || width >= 940}
              wide={bottom ? width >= widePanel : innerWidth >= wideWindow}
              first={view.first}
              last={view.last}
              filtered={search !== null}
              outside={search !== null && !search.searching && index === null}
              onTab={(tab) => go({ ...place, tab }, true)}
              onClose={close}
              onOnly={(part) => setFilter({ ...filter, ...part })}
              onAround={() => setFilter(nothing)}
              onNeighbour={index === null ? null : neighbour}
            />
          </div>
        )}
      </div>
    </>
  )
}

function Columns() {
  const { t } = useTranslation()
  const { columns } = useObservable(lookOf())
  return (
    <Menu
      checkedValues={{ columns: [...columns] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const chosen = columnNames.filter((c) => checkedItems.includes(c))
        if (chosen.length > 0) chooseLook({ columns: chosen })
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<ColumnTripleRegular />} aria-label={t('activity.columns')} title={t('activity.columns')} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {columnNames.map((name) => (
            <MenuItemCheckbox key={name} name="columns" value={name}>
              {t(`activity.${name}`)}
            </MenuItemCheckbox>
          ))}
          <MenuDivider />
          <MenuItem onClick={() => chooseLook({ columns: usualColumns })}>{t('activity.resetColumns')}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
