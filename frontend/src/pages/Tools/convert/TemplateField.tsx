import { Button, Field, Input, Link } from '@fluentui/react-components'
import { type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

const fields = ['givenName', 'familyName', 'displayName', 'mailbox', 'domain', 'email', 'userName', 'employeeNumber', 'externalId', 'localId', 'department'] as const
const filters = ['first', '3', 'lower', 'upper', 'ascii', 'de'] as const

/** A template with help at hand: each field and each filter, put where the cursor stands. Its children, what comes of it, stay in sight above the help. */
export function TemplateField({ value, onChange, children }: { value: string; onChange: (value: string) => void; children: ReactNode }) {
  const { t } = useTranslation()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [helped, setHelped] = useState(false)
  const insert = (field: string) => {
    const el = input.current
    const from = el?.selectionStart ?? value.length
    const to = el?.selectionEnd ?? from
    const piece = `{${field}}`
    onChange(value.slice(0, from) + piece + value.slice(to))
    requestAnimationFrame(() => {
      el?.focus()
      el?.setSelectionRange(from + piece.length, from + piece.length)
    })
  }
  return (
    <div className="tool-part">
      <Field label={t('convert.fields.template')}>
        <Input input={{ ref: input }} className="template-input" value={value} maxLength={1000} spellCheck={false} autoComplete="off" onChange={(_, { value: text }) => onChange(text)} />
      </Field>
      {children}
      <Link as="button" inline aria-expanded={helped} aria-controls={`${id}-help`} onClick={() => setHelped(!helped)}>
        {t('convert.template.help')}
      </Link>
      <div id={`${id}-help`} className="template-help" hidden={!helped}>
        <p className="small">{t('convert.template.fields')}</p>
        <ul>
          {fields.map((field) => (
            <li key={field}>
              <Button size="small" onClick={() => insert(field)}>
                {field}
              </Button>
            </li>
          ))}
        </ul>
        <p className="small">{t('convert.template.filters')}</p>
        <dl className="small">
          {filters.map((filter) => (
            <div key={filter} className="template-line">
              <dt>|{filter}</dt>
              <dd>{t(`convert.template.filter.${filter}`)}</dd>
            </div>
          ))}
        </dl>
        <p className="small">{t('convert.template.more')}</p>
      </div>
    </div>
  )
}
