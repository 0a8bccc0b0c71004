import { Button, Checkbox, Dropdown, Field, Input, MessageBar, MessageBarBody, Option, Spinner } from '@fluentui/react-components'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../../api/errors'
import { ErrorBar } from '../../../components/ErrorBar'
import { FileDrop } from '../../../components/FileDrop'
import { useObservable } from '../../../lib/observable'
import { type Convert, lacks, targets } from '../../../state/convert'
import { uploadLimit } from '../../../state/upload'
import { Example } from './Example'
import { TemplateField } from './TemplateField'
import { WhomFields } from './WhomFields'

/** To what user IDs are converted, and whose. */
export function RuleForm({ convert }: { convert: Convert }) {
  const { t } = useTranslation()
  const id = useId()
  const { form, working, failed, plan } = useObservable(convert.view)
  const file = useObservable(convert.upload.view)
  const lack = lacks(form, file.id)
  const busy = working === 'plan'
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (lack === null && working === null) void convert.preview()
  }
  const text = (name: 'emailType' | 'fromDomain' | 'toDomain', placeholder = '') => (
    <Field label={t(`convert.fields.${name}`)}>
      <Input value={form[name]} maxLength={253} spellCheck={false} autoComplete="off" placeholder={placeholder} onChange={(_, { value }) => convert.set({ [name]: value })} />
    </Field>
  )

  const example = <Example convert={convert} ready={lack === null} />

  return (
    <form className="tool-ask" noValidate aria-labelledby={`${id}-title`} onSubmit={submit}>
      <h2 id={`${id}-title`}>{t('convert.rule.title')}</h2>
      <Field label={t('convert.fields.to')} hint={t(`convert.hints.${form.to}`)}>
        <Dropdown
          value={t(`convert.to.${form.to}`)} selectedOptions={[form.to]}
          onOptionSelect={(_, { optionValue }) => convert.set({ to: targets.find((to) => to === optionValue) ?? form.to })}
        >
          {targets.map((to) => (
            <Option key={to} value={to}>
              {t(`convert.to.${to}`)}
            </Option>
          ))}
        </Dropdown>
      </Field>
      {form.to === 'other-email' && text('emailType', 'home')}
      {form.to === 'domain' && text('fromDomain', 'old.example')}
      {form.to === 'domain' && text('toDomain', 'new.example')}
      {form.to === 'template' && (
        <TemplateField value={form.template} onChange={(template) => convert.set({ template })}>
          {example}
        </TemplateField>
      )}
      {form.to === 'file' && (
        <FileDrop
          label={t('convert.fields.file')} accept=".csv,.txt,.tsv" limit={uploadLimit} example={'a.berg;anna.berg@contoso.example'}
          given={file.given} sent={file.sending ? file.sent : null} fault={file.error ? `${t(`${errorKey(file.error.code)}.text`)} ${detailOf(file.error)}` : undefined}
          onFile={(chosen) => void convert.upload.put(chosen)}
          onText={(pasted) => void convert.upload.put({ name: t('tools.file.pasted'), text: pasted })}
          onClear={convert.upload.clear}
        />
      )}
      {form.to !== 'template' && example}
      <WhomFields form={form} onChange={(part) => convert.set(part)} />
      <div className="tool-part">
        <Checkbox label={t('convert.fields.owned')} checked={form.owned} onChange={(_, { checked }) => convert.set({ owned: checked === true })} />
        {form.owned && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t('convert.ownedWarning')}</MessageBarBody>
          </MessageBar>
        )}
      </div>
      {failed?.work === 'plan' && <ErrorBar error={failed.error} />}
      <div className="tool-foot">
        <Button type="submit" appearance={plan && !convert.isOutdated() ? 'secondary' : 'primary'} disabledFocusable={lack !== null || working !== null} icon={busy ? <Spinner className="late" size="tiny" /> : null}>
          {t(busy ? 'convert.rule.busy' : 'convert.rule.preview')}
        </Button>
        <span className="quiet small">{t(lack ? `convert.lacks.${lack}` : 'convert.rule.nothingYet')}</span>
      </div>
    </form>
  )
}
