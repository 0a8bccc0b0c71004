import { Button, Field, Input, Spinner } from '@fluentui/react-components'
import { type FormEvent, type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { connection, fieldsOf, type Field as Name, type Form, forms } from '../../state/connection'

export interface SaveFormProps {
  form: Form
  off: boolean
  /** Fields whose text can't be right, before anybody is asked. */
  wrong?: readonly Name[]
  /** Saving also changes over to this way. */
  switches?: boolean
  children: ReactNode
}

/** Fields that are saved together. On an error the first field that it is about has the focus, and all that was typed stays. */
export function SaveForm({ form, off, wrong = [], switches = false, children }: SaveFormProps) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const element = useRef<HTMLFormElement>(null)
  const isTyped = connection.isTyped(form)
  const error = failed?.work === form ? failed.error : null
  const busy = working === form
  const focus = (field: Name) => requestAnimationFrame(() => element.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus())
  const submit = async (e: FormEvent) => {
    e.preventDefault()
    if (off || working || !(isTyped || switches)) return
    const [first] = wrong
    if (first) return void focus(first)
    if (await connection.saveWay(form)) {
      announce(t('connection.done.saved'))
      return void focus(forms[form][0])
    }
    const { failed: why } = connection.state.get()
    const [about] = why ? fieldsOf(why.error) : []
    if (about) focus(about)
  }
  return (
    <form ref={element} className="connection-form" noValidate onSubmit={(e) => void submit(e)}>
      {children}
      {error && <ErrorBar error={error} />}
      {(isTyped || switches) && (
        <div className="buttons">
          <Status tone="waiting" word={t('settings.unsaved')} />
          <span className="spring" />
          {isTyped && (
            <Button
              disabled={busy}
              onClick={() => {
                connection.discard(form)
                focus(forms[form][0])
              }}
            >
              {t('settings.discard')}
            </Button>
          )}
          <Button type="submit" appearance="primary" disabledFocusable={off || working !== null} icon={busy ? <Spinner size="extra-tiny" /> : null}>
            {t(busy ? 'settings.saving' : switches ? `connection.way.use.${form}` : 'settings.save')}
          </Button>
        </div>
      )}
    </form>
  )
}

/** One field of such a form; what is wrong with it stands below it. */
export function TextField({ name, off, wrong = false, placeholder }: { name: Name; off: boolean; wrong?: boolean; placeholder?: string }) {
  const { t } = useTranslation()
  const { failed } = useObservable(connection.state)
  const value = connection.value(name)
  const refused = failed !== null && fieldsOf(failed.error).includes(name)
  return (
    <Field
      label={t(`connection.fields.${name}.label`)}
      hint={t(`connection.fields.${name}.hint`)}
      validationState={wrong || refused ? 'error' : 'none'}
      validationMessage={wrong || refused ? t(`connection.fields.${name}.wrong`) : null}
    >
      <Input
        className="connection-wide"
        name={name}
        value={value}
        maxLength={1024}
        disabled={off}
        spellCheck={false}
        autoComplete="off"
        {...(placeholder ? { placeholder } : {})}
        onChange={(_, { value: text }) => connection.type(name, text)}
      />
    </Field>
  )
}
