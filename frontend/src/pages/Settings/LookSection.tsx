import { Field, MessageBar, MessageBarBody, Radio, RadioGroup, Switch } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { useObservable } from '../../lib/observable'
import {
  chooseLanguage, chooseSingleKeys, chooseTheme, language as chosenLanguage, languages, singleKeys, theme as chosenTheme, themes,
} from '../../state/preferences'
import { Section } from './Section'

/** Theme, language and keyboard: they hold at once. */
export function LookSection({ here }: { here: string }) {
  const { t } = useTranslation()
  const single = useObservable(singleKeys)
  return (
    <Section id="look" title={t('settings.look.title')} here={here}>
      <Look />
      <Field hint={t('settings.look.singleHint')}>
        <Switch label={t('settings.look.single')} checked={single} onChange={(_, { checked }) => chooseSingleKeys(checked)} />
      </Field>
    </Section>
  )
}

/** Theme and language, which also stand where no folder is open. */
export function Look() {
  const { t } = useTranslation()
  const theme = useObservable(chosenTheme)
  const language = useObservable(chosenLanguage)
  const [error, setError] = useState<ApiError | null>(null)
  const kept = (saving: Promise<void>) => {
    setError(null)
    saving.catch((thrown) => setError(toApiError(thrown)))
  }
  return (
    <>
      <Field label={t('settings.look.theme')}>
        <RadioGroup layout="horizontal" value={theme} onChange={(_, { value }) => kept(chooseTheme(themes.find((one) => one === value) ?? 'system'))}>
          {themes.map((one) => (
            <Radio key={one} value={one} label={t(`settings.themes.${one}`)} />
          ))}
        </RadioGroup>
      </Field>
      <Field label={t('settings.look.language')}>
        <RadioGroup layout="horizontal" value={language} onChange={(_, { value }) => kept(chooseLanguage(languages.find((one) => one === value) ?? 'en'))}>
          {languages.map((one) => (
            <Radio key={one} value={one} label={{ children: t(`settings.languages.${one}`), lang: one }} />
          ))}
        </RadioGroup>
      </Field>
      {error && (
        <MessageBar intent="warning">
          <MessageBarBody>
            {t('settings.look.notKept')} <span className="code">{error.code}</span>
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  )
}
