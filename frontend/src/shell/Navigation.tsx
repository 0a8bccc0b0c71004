import { Button, Tooltip } from '@fluentui/react-components'
import {
  ArrowSwapFilled, ArrowSwapRegular, bundleIcon, HomeFilled, HomeRegular, PeopleFilled, PeopleRegular, PeopleTeamFilled, PeopleTeamRegular, PlugConnectedFilled, PlugConnectedRegular,
  PulseFilled, PulseRegular, QuestionCircleRegular, SettingsFilled, SettingsRegular, TaskListLtrFilled, TaskListLtrRegular,
} from '@fluentui/react-icons'
import { type ReactElement, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useObservable } from '../lib/observable'
import { type PageName, pages } from '../state/route'
import { most, type Unseen } from '../state/unseen'
import { visit } from './focus'
import { show } from './overlay'
import { useNarrow } from './narrow'

const icons = {
  overview: bundleIcon(HomeFilled, HomeRegular),
  activity: bundleIcon(PulseFilled, PulseRegular),
  people: bundleIcon(PeopleFilled, PeopleRegular),
  groups: bundleIcon(PeopleTeamFilled, PeopleTeamRegular),
  connection: bundleIcon(PlugConnectedFilled, PlugConnectedRegular),
  tools: bundleIcon(ArrowSwapFilled, ArrowSwapRegular),
  settings: bundleIcon(SettingsFilled, SettingsRegular),
  setup: bundleIcon(TaskListLtrFilled, TaskListLtrRegular),
}

/** The pages; words beside the icons where there is room for them. */
export function Navigation({ at, unseen }: { at: PageName; unseen: Unseen }) {
  const { t, i18n } = useTranslation()
  const narrow = useNarrow()
  const failures = useObservable(unseen.count)

  const item = (page: PageName) => {
    const Icon = icons[page]
    const name = t(`shell.pages.${page}`)
    const news = page === 'activity' && failures > 0 ? t('shell.failures', { count: failures, formatted: failures.toLocaleString(i18n.language) }) : ''
    return (
      <li key={page}>
        <Named name={news ? t('shell.withNews', { name, news }) : name} shown={narrow || news !== ''}>
          <Button
            className="nav-item"
            appearance="subtle"
            aria-current={at === page ? 'page' : undefined}
            icon={<Icon filled={at === page} aria-hidden />}
            onClick={() => visit({ page })}
          >
            {!narrow && <span className="nav-word">{name}</span>}
            {news && <span aria-hidden className="nav-badge" data-count={failures < most ? failures : `${most - 1}+`} />}
          </Button>
        </Named>
      </li>
    )
  }

  return (
    <nav id="navigation" aria-label={t('shell.navigation')}>
      <ul>{pages.filter((page) => page !== 'settings' && page !== 'setup').map(item)}</ul>
      <span className="spring" />
      <ul>
        {item('setup')}
        {item('settings')}
        <li>
          <Named name={t('shell.help.open')} shown={narrow}>
            <Button className="nav-item" appearance="subtle" icon={<QuestionCircleRegular aria-hidden />} aria-haspopup="dialog" onClick={() => show('help')}>
              {!narrow && <span className="nav-word">{t('shell.help.open')}</span>}
            </Button>
          </Named>
        </li>
      </ul>
    </nav>
  )
}

/** Names what shows no word, or not all of them. What it is around stays the same element, so that the focus on it stays. */
function Named({ name, shown, children }: { name: string; shown: boolean; children: ReactElement }) {
  const [visible, setVisible] = useState(false)
  return (
    <Tooltip relationship="label" content={name} positioning="after" visible={visible && shown} onVisibleChange={(_, to) => setVisible(to.visible)}>
      {children as ReactElement<HTMLElement>}
    </Tooltip>
  )
}
