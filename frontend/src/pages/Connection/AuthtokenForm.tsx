import { Button, Field, MessageBar, MessageBarBody, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuthtokenInfo } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { connection, pastedToken, tokenFault } from '../../state/connection'

export interface AuthtokenFormProps {
  authtoken: AuthtokenInfo
  off: boolean
  onSaved?: () => void
}

/**
 * Takes ngrok's authtoken. What is typed stands in the field alone, which the browser does not write into the page's text, and
 * is gone as soon as it is kept.
 */
export function AuthtokenForm({ authtoken, off, onSaved }: AuthtokenFormProps) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const [wrong, setWrong] = useState<ReturnType<typeof tokenFault>>(null)
  const [chosen, setChosen] = useState<'keychain' | 'file' | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [unplaced, setUnplaced] = useState(false)
  const place = chosen ?? (authtoken.keychain ? 'keychain' : null)
  const busy = working === 'token'
  const submit = async (e: FormEvent) => {
    e.preventDefault()
    const typed = input.current?.value ?? ''
    if (off || working) return
    const fault = tokenFault(typed)
    setWrong(fault)
    if (fault) return input.current?.focus()
    setUnplaced(place === null)
    if (!place) return form.current?.querySelector<HTMLInputElement>('input[value=file]')?.focus()
    if (await connection.saveToken(pastedToken(typed), place)) {
      if (input.current) input.current.value = ''
      announce(t('connection.done.token'))
      onSaved?.()
    } else {
      input.current?.focus()
    }
  }
  return (
    <form ref={form} className="connection-form" noValidate autoComplete="off" onSubmit={(e) => void submit(e)}>
      <Field
        label={t('connection.authtoken.label')}
        hint={t('connection.authtoken.hint')}
        validationState={wrong ? 'error' : 'none'}
        validationMessage={wrong ? t(`connection.authtoken.wrong.${wrong}`) : null}
      >
        {(field) => (
          // Fluent's own field writes what stands in it into the page's text, where a secret must not be.
          <input
            {...field}
            ref={input}
            type="password"
            name="authtoken"
            className="connection-secret"
            maxLength={512}
            disabled={off}
            spellCheck={false}
            autoComplete="off"
            onChange={() => setWrong(null)}
          />
        )}
      </Field>
      {!authtoken.keychain && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('connection.authtoken.noKeychain')}
            {authtoken.problem && (
              <div className="small wrap" lang="en">
                {authtoken.problem}
              </div>
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      <Field label={t('connection.authtoken.place')} validationState={unplaced && !place ? 'error' : 'none'} validationMessage={unplaced && !place ? t('connection.authtoken.choosePlace') : null}>
        <RadioGroup value={place ?? ''} disabled={off} onChange={(_, { value }) => setChosen(value === 'file' ? 'file' : 'keychain')}>
          <Radio value="keychain" disabled={!authtoken.keychain} label={t('connection.authtoken.keychain')} />
          <Radio value="file" label={t('connection.authtoken.file')} />
        </RadioGroup>
      </Field>
      {place === 'file' && <p className="settings-note">{t('connection.authtoken.fileWarning')}</p>}
      {failed?.work === 'token' && <ErrorBar error={failed.error} />}
      <div className="buttons">
        <Button type="submit" appearance="primary" disabledFocusable={off || working !== null} icon={busy ? <Spinner size="tiny" /> : null}>
          {t(busy ? 'connection.authtoken.saving' : authtoken.exists ? 'connection.authtoken.replace' : 'connection.authtoken.save')}
        </Button>
      </div>
    </form>
  )
}
