import { Dropdown, Field, Input, Option, Radio, RadioGroup } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { RuleForm, Whom } from '../../../state/convert'
import { GroupField } from './GroupField'

const states = ['', 'active', 'disabled'] as const
const qualities = ['', 'made-here', 'no-local-id', 'no-email', 'same-email', 'no-group', 'no-manager-found'] as const

/** Whose user IDs are meant: everybody's, those of a filter, of a group, or of who was ticked in the list of people. */
export function WhomFields({ form, onChange }: { form: RuleForm; onChange: (part: Partial<RuleForm>) => void }) {
  const { t, i18n } = useTranslation()
  const ways: Whom[] = form.ids.length > 0 ? ['ids', 'all', 'filter', 'group'] : ['all', 'filter', 'group']
  const count = form.ids.length
  const quality = qualities.find((q) => q === form.quality) ?? ''
  return (
    <div className="tool-part">
      <Field label={t('convert.fields.whom')}>
        <RadioGroup value={form.whom} onChange={(_, { value }) => onChange({ whom: ways.find((way) => way === value) ?? 'all' })}>
          {ways.map((way) => (
            <Radio key={way} value={way} label={way === 'ids' ? t('convert.whom.ids', { count, formatted: count.toLocaleString(i18n.language) }) : t(`convert.whom.${way}`)} />
          ))}
        </RadioGroup>
      </Field>
      {form.whom === 'filter' && (
        <>
          <Field label={t('convert.fields.search')}>
            <Input value={form.search} maxLength={200} onChange={(_, { value }) => onChange({ search: value })} />
          </Field>
          <Field label={t('directory.state.label')}>
            <Dropdown
              value={t(form.state === '' ? 'directory.state.present' : `directory.states.${form.state}`)} selectedOptions={[form.state]}
              onOptionSelect={(_, { optionValue }) => onChange({ state: states.find((s) => s === optionValue) ?? '' })}
            >
              {states.map((s) => (
                <Option key={s} value={s}>
                  {t(s === '' ? 'directory.state.present' : `directory.states.${s}`)}
                </Option>
              ))}
            </Dropdown>
          </Field>
          <Field label={t('convert.fields.quality')}>
            <Dropdown
              value={t(`convert.quality.${quality || 'any'}`)} selectedOptions={[quality]}
              onOptionSelect={(_, { optionValue }) => onChange({ quality: qualities.find((q) => q === optionValue) ?? '' })}
            >
              {qualities.map((q) => (
                <Option key={q} value={q}>
                  {t(`convert.quality.${q || 'any'}`)}
                </Option>
              ))}
            </Dropdown>
          </Field>
        </>
      )}
      {form.whom === 'group' && <GroupField group={form.group} onGroup={(group) => onChange({ group })} />}
    </div>
  )
}
