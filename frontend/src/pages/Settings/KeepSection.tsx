import { Field, Input } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../api/types'
import { Confirm } from '../../components/Confirm'
import { useObservable } from '../../lib/observable'
import { bytes } from '../../lib/size'
import { when } from '../../lib/time'
import { fieldOf, isWrong, settingsDraft } from '../../state/settings'
import { SaveForm, Section } from './Section'

type Days = 'requestDays' | 'deletedDays'

/** How long requests and deleted people are kept. */
export function KeepSection({ here, saved, off }: { here: string; saved: Settings; off: boolean }) {
  const { t, i18n } = useTranslation()
  const [asked, setAsked] = useState<((sure: boolean) => void) | null>(null)
  const rows = t('settings.keep.rows', { count: saved.requests, formatted: saved.requests.toLocaleString(i18n.language) })
  const confirm = async () => {
    if (settingsDraft.shortened().length === 0) return true
    const sure = await new Promise<boolean>((answer) => setAsked(() => answer))
    setAsked(null)
    return sure
  }
  return (
    <Section id="keep" title={t('settings.keep.title')} here={here}>
      <SaveForm name="keep" off={off} confirm={confirm}>
        <DaysField name="requestDays" label={t('settings.keep.requests')} hint={t('settings.keep.requestsHint')} off={off} />
        <DaysField name="deletedDays" label={t('settings.keep.deleted')} hint={t('settings.keep.deletedHint')} off={off} />
        <p className="quiet">{t('settings.keep.size', { size: bytes(saved.size, i18n.language), requests: rows })}</p>
      </SaveForm>
      {asked && <Removal onAnswer={asked} />}
    </Section>
  )
}

function DaysField({ name, label, hint, off }: { name: Days; label: string; hint: string; off: boolean }) {
  const { t } = useTranslation()
  const { failed } = useObservable(settingsDraft.state)
  const value = settingsDraft.value(name)
  const wrong = isWrong(name, value)
  return (
    <Field
      label={label}
      hint={hint}
      validationState={wrong || (failed && fieldOf(failed) === name) ? 'error' : 'none'}
      validationMessage={wrong ? t('settings.keep.invalid') : null}
    >
      <Input
        className="settings-days"
        name={name}
        value={value}
        maxLength={4}
        inputMode="numeric"
        autoComplete="off"
        disabled={off}
        contentAfter={<span className="quiet">{t('settings.keep.days')}</span>}
        onChange={(_, { value: text }) => settingsDraft.type(name, text)}
      />
    </Field>
  )
}

/** Says what is removed before it is. */
function Removal({ onAnswer }: { onAnswer: (sure: boolean) => void }) {
  const { t, i18n } = useTranslation()
  const before = (days: number) => when(new Date(Date.now() - days * 86_400_000).toISOString(), i18n.language)
  return (
    <Confirm
      title={t('settings.keep.confirmTitle')}
      confirm={t('settings.keep.confirm')}
      busy={false}
      error={null}
      onConfirm={() => onAnswer(true)}
      onClose={() => onAnswer(false)}
    >
      {settingsDraft.shortened().map(({ field, days }) => (
        <p key={field}>{t(field === 'requestDays' ? 'settings.keep.confirmRequests' : 'settings.keep.confirmDeleted', { date: before(days) })}</p>
      ))}
      <p>{t('settings.keep.confirmNote')}</p>
    </Confirm>
  )
}
