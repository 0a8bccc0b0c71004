import { Button, Tag, TagGroup, ToggleButton } from '@fluentui/react-components'
import { useCallback, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { type Filter, isNothing, nothing } from '../../state/activity-filter'
import type { View } from '../../state/activity'
import { announce } from '../../state/announcer'
import { FilterField } from './FilterField'
import { FilterMenus } from './FilterMenus'
import { chipText, parts } from './words'

export interface FilterBarProps {
  view: View
  /** Matches so far. */
  found: number
  onFilter: (filter: Filter, typed: boolean) => void
  onLeave: () => void
}

const quick = {
  failures: { outcomes: ['failure', 'error'] }, creates: { actions: ['create'] }, updates: { actions: ['update'] }, disables: { actions: ['disable'] }, tests: { actions: ['test'] },
  unlike: { flag: 'unlike' },
} as const

/** Two ways to the same filter: its little language, and menus and chips. */
export function FilterBar({ view, found, onFilter, onLeave }: FilterBarProps) {
  const { t, i18n } = useTranslation()
  const { filter, search, list } = view
  const number = (n: number) => n.toLocaleString(i18n.language)
  const all = number(view.last === 0 ? 0 : view.last - view.first + 1)
  const done = search !== null && !search.searching

  useEffect(() => {
    if (done) announce(t('activity.filter.counted', { found: number(found), all }))
    // What arrives later is told as arrivals are.
  }, [done, list])

  const set = useCallback((next: Filter) => onFilter(next, false), [onFilter])
  const isOn = (name: keyof typeof quick) => {
    const wanted = quick[name]
    if ('flag' in wanted) return filter[wanted.flag]
    if ('outcomes' in wanted) return wanted.outcomes.every((o) => filter.outcomes.includes(o))
    return wanted.actions.every((a) => filter.actions.includes(a))
  }
  const toggle = (name: keyof typeof quick) => {
    const wanted = quick[name]
    const flip = <T,>(have: readonly T[], these: readonly T[]): T[] => (isOn(name) ? have.filter((v) => !these.includes(v)) : [...have, ...these.filter((v) => !have.includes(v))])
    if ('flag' in wanted) set({ ...filter, [wanted.flag]: !filter[wanted.flag] })
    else if ('outcomes' in wanted) set({ ...filter, outcomes: flip(filter.outcomes, wanted.outcomes) })
    else set({ ...filter, actions: flip(filter.actions, wanted.actions) })
  }

  return (
    <search className="filter-bar" aria-label={t('activity.filter.bar')}>
      <div className="filter-line">
        <FilterField
          filter={filter}
          onFilter={(next) => onFilter(next, true)}
          onLeave={onLeave}
          progress={
            search && (
              <span className="filter-progress quiet small">
                {search.searching && view.error === null && (
                  <span className="late">{t('activity.filter.searching', { share: search.share.toLocaleString(i18n.language, { style: 'percent' }) })}</span>
                )}
                <span className={search.searching ? 'late' : undefined}>{t('activity.filter.count', { found: number(found), all })}</span>
              </span>
            )
          }
        />
        <FilterMenus filter={filter} onFilter={set} />
      </div>
      <div className="filter-line chips">
        <div role="group" aria-label={t('activity.filter.quick')} className="chips">
          {(Object.keys(quick) as (keyof typeof quick)[]).map((name) => (
            <ToggleButton key={name} size="small" shape="circular" checked={isOn(name)} onClick={() => toggle(name)}>
              {t(`activity.filter.${name}`)}
            </ToggleButton>
          ))}
        </div>
        {!isNothing(filter) && (
          <>
            <TagGroup
              className="chips"
              aria-label={t('activity.filter.set')}
              size="small"
              onDismiss={(_, { value }) => {
                const part = parts(filter)[Number(value)]
                if (part) set(part.without)
              }}
            >
              {parts(filter).map(({ key, value }, i) => (
                <Tag key={`${key} ${value} ${i}`} value={String(i)} dismissible dismissIcon={{ 'aria-label': t('activity.filter.remove') }}>
                  <span className="filter-chip" dir="auto">{chipText(t, { key, value }, i18n.language)}</span>
                </Tag>
              ))}
            </TagGroup>
            <Button size="small" appearance="subtle" onClick={() => set(nothing)}>
              {t('activity.filter.clear')}
            </Button>
          </>
        )}
      </div>
    </search>
  )
}
