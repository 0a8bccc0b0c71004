import { Dialog, DialogSurface, Input, Spinner } from '@fluentui/react-components'
import {
  ArrowClockwiseRegular, ArrowDownloadRegular, ArrowExitRegular, ArrowRightRegular, ArrowSwapRegular, ArrowUploadRegular, BeakerRegular, BookSearchRegular, DarkThemeRegular,
  HistoryRegular, KeyRegular, LocalLanguageRegular, PeopleSyncRegular, PeopleTeamRegular, PersonRegular, QuestionCircleRegular, SearchRegular, SendRegular, SettingsRegular,
} from '@fluentui/react-icons'
import { type FC, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorKey, toApiError } from '../api/errors'
import type { Snapshot } from '../api/types'
import { leaveSample } from '../api/wails'
import { useReturnedFocus } from '../lib/focus'
import { useObservable } from '../lib/observable'
import { type ToolName, toolNames } from '../lib/tools'
import { announce } from '../state/announcer'
import { chooseLanguage, chooseTheme, languages, themes } from '../state/preferences'
import { pages } from '../state/route'
import { openSample } from '../state/sample'
import type { Session } from '../state/session'
import { want } from '../state/wanted'
import { visit } from './focus'
import { dismiss, show } from './overlay'
import { fits, Lookup } from './palette'
import './palette.css'

const sections = ['pages', 'actions', 'people', 'groups', 'settings', 'requests'] as const

interface Item {
  id: string
  section: (typeof sections)[number]
  title: string
  hint?: string
  icon: FC
  /** Goes on elsewhere; the palette is closed by then unless stay is set. */
  run: () => void
  stay?: boolean
}

/** Everything by its name: pages, actions, settings, people, groups, requests. */
export function Palette({ session, snapshot }: { session: Session; snapshot: Snapshot }) {
  const { t, i18n } = useTranslation()
  useReturnedFocus()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState('')
  const [lookup] = useState(() => new Lookup())
  const looked = useObservable(lookup.view)
  const list = useRef<HTMLDivElement>(null)
  const text = typed.trim()
  useEffect(() => () => lookup.stop(), [lookup])

  const counted = (kind: 'people' | 'groups') => t(`${kind}.count`, { count: looked.totals[kind], formatted: looked.totals[kind].toLocaleString(i18n.language) })

  const commands = useCommandItems(snapshot, text)
  const all = [...commands, ...foundItems()]
  const items = sections.flatMap((section) => all.filter((item) => item.section === section))
  const active = items.find((item) => item.id === chosen) ?? items[0]
  const activeId = active && optionId(active)

  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' })
  }, [activeId])

  const settled = text !== '' && !looked.loading && !looked.error && looked.text === text
  const found = t('shell.palette.found', { people: counted('people'), groups: counted('groups') })
  useEffect(() => {
    if (settled) announce(found)
  }, [settled, text, found])

  const type = (value: string) => {
    setTyped(value)
    setChosen('')
    lookup.ask(value)
  }
  const choose = (item: Item) => {
    if (!item.stay) dismiss()
    item.run()
  }
  const walk = (step: number) => {
    const to = items[(Math.max(0, active ? items.indexOf(active) : 0) + step + items.length) % items.length]
    if (to) setChosen(to.id)
  }
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return
    if (e.key === 'ArrowDown') walk(1)
    else if (e.key === 'ArrowUp') walk(-1)
    else if (e.key === 'PageDown') setChosen(items.at(-1)?.id ?? '')
    else if (e.key === 'PageUp') setChosen(items[0]?.id ?? '')
    else if (e.key === 'Enter' && active) choose(active)
    else if (e.key === 'Tab') walk(e.shiftKey ? -1 : 1)
    else return
    e.preventDefault()
    e.stopPropagation()
  }

  return (
    <Dialog open onOpenChange={(_, { open }) => open || dismiss()} surfaceMotion={null}>
      <DialogSurface className="palette" backdropMotion={null} aria-label={t('shell.palette.label')}>
        <Input
          className="palette-input"
          size="large"
          appearance="underline"
          value={typed}
          maxLength={200}
          placeholder={t('shell.search')}
          contentBefore={<SearchRegular aria-hidden />}
          contentAfter={looked.loading ? <Spinner className="late" size="extra-tiny" aria-label={t('shell.palette.searching')} /> : null}
          onChange={(_, { value }) => type(value)}
          onKeyDown={onKeyDown}
          input={{
            role: 'combobox', 'aria-label': t('shell.search'), 'aria-expanded': true, 'aria-controls': 'palette-list', 'aria-autocomplete': 'list',
            autoComplete: 'off', spellCheck: false, ...(activeId ? { 'aria-activedescendant': activeId } : {}),
          }}
        />
        <div id="palette-list" className="palette-list" role="listbox" aria-label={t('shell.palette.label')} ref={list}>
          {sections.map((section) => {
            const here = items.filter((item) => item.section === section)
            if (here.length === 0) return null
            return (
              <div key={section} role="group" aria-labelledby={`palette-${section}`}>
                <div id={`palette-${section}`} role="presentation" className="palette-section">
                  {t(`shell.palette.sections.${section}`)}
                </div>
                {here.map((item) => (
                  <Option key={item.id} item={item} active={item === active} onChoose={() => choose(item)} onPoint={() => setChosen(item.id)} />
                ))}
              </div>
            )
          })}
        </div>
        {text && <p className="palette-note quiet small">{note()}</p>}
      </DialogSurface>
    </Dialog>
  )

  function note(): ReactNode {
    if (looked.error) {
      return (
        <>
          {t('shell.palette.failed')} {t(`${errorKey(looked.error.code)}.text`)} <span className="code">{looked.error.code}</span>
        </>
      )
    }
    if (!settled) return <span className="late">{t('shell.palette.searching')}</span>
    return looked.people.length + looked.groups.length === 0 ? t('shell.palette.nobody', { text }) : found
  }

  function showAll(kind: 'people' | 'groups') {
    session[kind].find(looked.text)
    visit({ page: kind })
  }

  function foundItems(): Item[] {
    if (!text) return []
    return [
      ...looked.people.map(({ id, name, userName }): Item => ({
        id: `person ${id}`, section: 'people', title: name || userName, hint: userName, icon: PersonRegular, run: () => visit({ page: 'people', id }),
      })),
      ...(looked.totals.people > looked.people.length
        ? [{ id: 'all people', section: 'people', title: t('shell.palette.allPeople', { people: counted('people') }), icon: SearchRegular, run: () => showAll('people') } satisfies Item]
        : []),
      ...looked.groups.map(({ id, name, members }): Item => ({
        id: `group ${id}`, section: 'groups', title: name, hint: t('shell.palette.members', { count: members, formatted: members.toLocaleString(i18n.language) }),
        icon: PeopleTeamRegular, run: () => visit({ page: 'groups', id }),
      })),
      ...(looked.totals.groups > looked.groups.length
        ? [{ id: 'all groups', section: 'groups', title: t('shell.palette.allGroups', { groups: counted('groups') }), icon: SearchRegular, run: () => showAll('groups') } satisfies Item]
        : []),
      ...(looked.error
        ? [{ id: 'retry', section: 'people', title: t('common.actionsBar.retry'), icon: ArrowClockwiseRegular, stay: true, run: () => lookup.retry() } satisfies Item]
        : []),
      { id: 'requests', section: 'requests', title: t('shell.palette.requests', { text }), icon: SearchRegular, run: () => visit({ page: 'activity', query: { text } }) },
    ]
  }
}

interface OptionProps {
  item: Item
  active: boolean
  onChoose: () => void
  onPoint: () => void
}

function Option({ item, active, onChoose, onPoint }: OptionProps) {
  const Icon = item.icon
  return (
    <div
      id={optionId(item)}
      role="option"
      aria-selected={active}
      className={`palette-option${active ? ' active' : ''}`}
      onMouseMove={() => active || onPoint()}
      onMouseDown={(e) => e.preventDefault()} // the field keeps the focus
      onClick={onChoose}
    >
      <span aria-hidden className="palette-icon">
        <Icon />
      </span>
      <bdi className="palette-title">{item.title}</bdi>
      {item.hint && <bdi className="palette-hint quiet small">{item.hint}</bdi>}
    </div>
  )
}

const optionId = (item: Item) => `palette-${item.id.replaceAll(/\s/g, '-')}`

/** What ScimDesk itself has to offer, of which what fits is shown. */
function useCommandItems(snapshot: Snapshot, text: string): Item[] {
  const { t } = useTranslation()
  const action = (id: keyof typeof icons, title: string, run: () => void): Item => ({ id, section: 'actions', title, icon: icons[id], run })
  const notKept = () => announce(t('settings.look.notKept'))
  const all: [Item, string][] = [
    ...pages.map((page): [Item, string] => [
      { id: `page ${page}`, section: 'pages', title: t(`shell.pages.${page}`), icon: ArrowRightRegular, run: () => visit({ page }) },
      t(`shell.palette.words.${page}`),
    ]),
    ...toolNames.map((tool): [Item, string] => [
      { id: `tool ${tool}`, section: 'actions', title: t(`tools.tabs.${tool}`), hint: t('shell.pages.tools'), icon: toolIcons[tool], run: () => visit({ page: 'tools', id: tool }) },
      t(`tools.words.${tool}`),
    ]),
    [action('token', t(snapshot.token.exists ? 'shell.palette.rotate' : 'shell.palette.make'), () => want('connection')), t('shell.palette.words.token')],
    [action('exportPeople', t('shell.palette.exportPeople'), () => want('people')), `${t('shell.palette.words.export')} ${t('shell.palette.words.people')}`],
    [action('exportGroups', t('shell.palette.exportGroups'), () => want('groups')), `${t('shell.palette.words.export')} ${t('shell.palette.words.groups')}`],
    snapshot.sample
      ? [action('leave', t('sample.band.leave'), () => leaveSample().catch((thrown) => announce(t(`${errorKey(toApiError(thrown).code)}.text`)))), t('shell.palette.words.sample')]
      : [action('sample', t('shell.palette.sample'), openSample), t('shell.palette.words.sample')],
    [action('help', t('shell.help.open'), () => show('help')), t('shell.palette.words.help')],
    ...(['look', 'listen', 'keep', 'folder', 'diagnostics'] as const).map((id): [Item, string] => [
      { id: `setting ${id}`, section: 'settings', title: t(`settings.${id}.title`), icon: SettingsRegular, run: () => visit({ page: 'settings', id }) },
      t(`shell.palette.words.${id}`),
    ]),
    ...themes.map((theme): [Item, string] => [
      { id: `theme ${theme}`, section: 'settings', title: t('shell.palette.theme', { theme: t(`settings.themes.${theme}`) }), icon: DarkThemeRegular, run: () => chooseTheme(theme).catch(notKept) },
      t('shell.palette.words.look'),
    ]),
    ...languages.map((language): [Item, string] => [
      {
        id: `language ${language}`, section: 'settings', title: t('shell.palette.language', { language: t(`settings.languages.${language}`) }),
        icon: LocalLanguageRegular, run: () => chooseLanguage(language).catch(notKept),
      },
      t('shell.palette.words.look'),
    ]),
  ]
  return all.filter(([item, words]) => fits(text, item.title, words)).map(([item]) => item)
}

const icons = { token: KeyRegular, exportPeople: ArrowDownloadRegular, exportGroups: ArrowDownloadRegular, leave: ArrowExitRegular, sample: BeakerRegular, help: QuestionCircleRegular }
const toolIcons: Record<ToolName, FC> = {
  convert: ArrowSwapRegular, lookup: BookSearchRegular, import: ArrowUploadRegular, forecast: PeopleSyncRegular, handover: SendRegular, journal: HistoryRegular,
}
