import { Checkbox, Dropdown, Field, Input, Option, Textarea } from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Pick } from '../Directory/Pick'
import { type Draft, type Field as Name, fieldNames } from './draft'
import { findPeople } from './load'
import { roleKey, roles } from './words'

const longestNote = 4_000
const longestId = 256

export interface PersonFormProps {
  draft: Draft
  onDraft: (draft: Draft) => void
  /** Made here, so that the values of the person can be changed too. */
  whole: boolean
  /** What the manager is called. */
  managerName: string
  disabled: boolean
}

/** What can be changed of a person: what is kept here and, of one made here, the person. */
export function PersonForm({ draft, onDraft, whole, managerName, disabled }: PersonFormProps) {
  const { t } = useTranslation()
  const [manager, setManager] = useState({ id: draft.values.manager, name: managerName })
  const set = (part: Partial<Draft>) => onDraft({ ...draft, ...part })
  const setValue = (name: Name, value: string) => onDraft({ ...draft, values: { ...draft.values, [name]: value } })

  const values = (names: readonly Name[]): ReactNode =>
    names.map((name) => (
      <Field key={name} label={t(`people.fields.${name}`)} required={name === 'userName'}>
        <Input value={draft.values[name]} disabled={disabled} onChange={(_, { value }) => setValue(name, value)} />
      </Field>
    ))
  return (
    <>
      {whole && (
        <div className="person-form">
          {values(fieldNames.filter((name) => name !== 'manager' && name !== 'active'))}
          <Field label={t('people.fields.manager')}>
            <Pick
              label={t('people.fields.manager')}
              nothing={t('people.fields.noManager')}
              value={{ id: draft.values.manager, name: draft.values.manager === '' ? '' : manager.id === draft.values.manager ? manager.name : draft.values.manager }}
              load={findPeople}
              disabled={disabled}
              onPick={(picked) => {
                setManager(picked)
                setValue('manager', picked.id)
              }}
            />
          </Field>
          <Checkbox className="form-row" label={t('people.fields.active')} checked={draft.values.active === 'true'} disabled={disabled} onChange={(_, { checked }) => setValue('active', String(checked === true))} />
          <div className="form-head">
            <h3>{t('people.kept.title')}</h3>
            <p className="quiet small">{t('people.kept.text')}</p>
          </div>
        </div>
      )}
      <div className="person-form">
        <Field label={t('directory.columns.localId')} hint={t('people.kept.localIdHint')}>
          <Input value={draft.localId} maxLength={longestId} disabled={disabled} onChange={(_, { value }) => set({ localId: value })} />
        </Field>
        <Field label={t('directory.columns.role')} hint={t('people.kept.roleHint')}>
          <Dropdown value={t(roleKey(draft.role))} selectedOptions={[draft.role]} disabled={disabled} onOptionSelect={(_, { optionValue = '' }) => set({ role: optionValue })}>
            {roles.map((role) => (
              <Option key={role} value={role}>
                {t(roleKey(role))}
              </Option>
            ))}
          </Dropdown>
        </Field>
        <Field className="form-row" label={t('people.kept.note')}>
          <Textarea value={draft.note} maxLength={longestNote} resize="vertical" disabled={disabled} onChange={(_, { value }) => set({ note: value })} />
        </Field>
        <Checkbox className="form-row" label={t('people.kept.protect')} checked={draft.protected} disabled={disabled} onChange={(_, { checked }) => set({ protected: checked === true })} />
      </div>
    </>
  )
}
