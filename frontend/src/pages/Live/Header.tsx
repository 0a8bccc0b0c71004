import {
  Button, Menu, MenuDivider, MenuGroup, MenuGroupHeader, MenuItemRadio, MenuList, MenuPopover, MenuTrigger,
} from '@fluentui/react-components'
import { WeatherMoonRegular } from '@fluentui/react-icons'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { Status, type Tone } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import {
  chooseLanguage, chooseTheme, language as chosenLanguage, languages, theme as chosenTheme, themes,
} from '../../state/preferences'

export interface HeaderProps {
  snapshot: Snapshot | null
  /** The snapshot may be out of date. */
  unsure: boolean
}

export function Header({ snapshot, unsure }: HeaderProps) {
  const { t, i18n } = useTranslation()
  const last = snapshot?.lastEntra
  return (
    <header className="header">
      <h1>{t('app.name')}</h1>
      <Overall snapshot={snapshot} unsure={unsure} />
      <span className="quiet">
        {snapshot && (last ? t('overall.lastEntra', { when: when(last, i18n.language) }) : t('overall.never'))}
      </span>
      <span className="spring" />
      <LookMenu />
    </header>
  )
}

/** Whether changes can arrive. Not known is never shown as good. */
function Overall({ snapshot, unsure }: HeaderProps) {
  const { t } = useTranslation()
  const [tone, word]: [Tone, string] =
    snapshot === null || unsure
      ? ['unknown', t('overall.unknown')]
      : !snapshot.listener.serving || snapshot.database.state !== 'ok'
        ? ['bad', t('overall.notReceiving')]
        : !snapshot.token.exists
          ? ['waiting', t('overall.noToken')]
          : ['good', t('overall.receiving')]
  return <Status tone={tone} word={word} />
}

function LookMenu() {
  const { t } = useTranslation()
  const theme = useObservable(chosenTheme)
  const language = useObservable(chosenLanguage)
  return (
    <Menu
      checkedValues={{ theme: [theme], language: [language] }}
      onCheckedValueChange={(_, { name, checkedItems: [chosen] }) => {
        const newTheme = themes.find((v) => v === chosen)
        const newLanguage = languages.find((v) => v === chosen)
        if (name === 'theme' && newTheme) chooseTheme(newTheme)
        if (name === 'language' && newLanguage) chooseLanguage(newLanguage)
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<WeatherMoonRegular />} aria-label={t('app.look')} title={t('app.look')} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{t('app.theme')}</MenuGroupHeader>
            {themes.map((v) => (
              <MenuItemRadio key={v} name="theme" value={v}>
                {t(`themes.${v}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t('app.language')}</MenuGroupHeader>
            {languages.map((v) => (
              <MenuItemRadio key={v} name="language" value={v}>
                {t(`languages.${v}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  )
}
