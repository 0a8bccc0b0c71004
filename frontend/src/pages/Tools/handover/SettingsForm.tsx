import { Button, Dropdown, Field, Input, Option, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../../api/errors'
import type { HandoverState } from '../../../api/types'
import { chooseFolder } from '../../../api/wails'
import { ErrorBar } from '../../../components/ErrorBar'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import { announce } from '../../../state/announcer'
import { type Handover, isName, isWrong, limits, type Schedule, schedules, tables } from '../../../state/handover'
import { Columns } from './Columns'

/** How hand-overs look, where they go and when they are made by themselves. */
export function SettingsForm({ model, state, off, onSaved }: { model: Handover; state: HandoverState; off: boolean; onSaved: () => void }) {
  const { t } = useTranslation()
  const { draft, saving, refused } = useObservable(model.view)
  const [error, setError] = useState<ApiError | null>(null)
  const saved = state.settings
  const now = draft ?? saved
  const every: Schedule = schedules.find((one) => one === now.every) ?? 'off'
  const edit = (part: Partial<typeof now>) => model.edit(saved, part)
  const wrong = isWrong(now)

  const submit = async (e: FormEvent) => {
    e.preventDefault()
    if (wrong || off || !draft) return
    if (await model.save()) {
      announce(t('settings.saved'))
      onSaved()
    }
  }
  const choose = async () => {
    setError(null)
    try {
      const chosen = await chooseFolder(t('handover.settings.chooseTitle'))
      if (chosen !== '') edit({ folder: chosen })
    } catch (thrown) {
      setError(toApiError(thrown))
    }
  }
  return (
    <form className="card handover-form" noValidate onSubmit={(e) => void submit(e)}>
      <div className="handover-fields">
        <Field label={t('handover.settings.format')} hint={t('handover.settings.formatHint')}>
          <RadioGroup layout="horizontal" value={now.format} disabled={off} onChange={(_, { value }) => edit({ format: value })}>
            <Radio value="csv" label={t('handover.settings.csv')} />
            <Radio value="json" label={t('tools.save.json')} />
          </RadioGroup>
        </Field>
        <Field label={t('handover.settings.every')} hint={t(`handover.settings.hints.${every}`)}>
          <Dropdown value={t(`handover.settings.schedules.${every}`)} selectedOptions={[every]} disabled={off} onOptionSelect={(_, { optionValue }) => optionValue && edit({ every: optionValue })}>
            {schedules.map((one) => (
              <Option key={one} value={one}>
                {t(`handover.settings.schedules.${one}`)}
              </Option>
            ))}
          </Dropdown>
        </Field>
        {every === 'day' && (
          <Field label={t('handover.settings.at')}>
            <Input type="time" value={now.at} disabled={off} required onChange={(_, { value }) => value !== '' && edit({ at: value })} />
          </Field>
        )}
        <Field
          label={t('handover.settings.name')} hint={t('handover.settings.nameHint')}
          validationState={isName(now.name) ? 'none' : 'error'} validationMessage={isName(now.name) ? null : t('handover.settings.nameWrong')}
        >
          <Input value={now.name} maxLength={limits.name} spellCheck={false} autoComplete="off" disabled={off} onChange={(_, { value }) => edit({ name: value })} />
        </Field>
      </div>
      <div>
        <h3 id="handover-folder">{t('handover.settings.folder')}</h3>
        <div className="export-folder">
          <span className={now.folder === '' ? undefined : 'mono'}>{now.folder === '' ? t('directory.export.downloads') : now.folder}</span>
          <Button size="small" disabledFocusable={off} aria-describedby="handover-folder" onClick={() => void choose()}>
            {t('directory.export.choose')}
          </Button>
          {now.folder !== '' && every === 'off' && (
            <Button size="small" disabledFocusable={off} onClick={() => edit({ folder: '' })}>
              {t('directory.export.downloads')}
            </Button>
          )}
        </div>
        {every !== 'off' && now.folder === '' && (
          <p role="alert" className="small file-fault">
            {t('handover.settings.folderMissing')}
          </p>
        )}
        <p className="quiet small">{t('handover.settings.folderHint')}</p>
      </div>
      {tables.map((table) => (
        <Columns
          key={table} title={t(`handover.settings.${table}`)} hint={t(`handover.settings.${table}Hint`)} columns={now[table]} off={off}
          attributes={table === 'people' ? state.attributes : state.memberAttributes} onChange={(columns) => edit({ [table]: columns })}
        />
      ))}
      {error && <ErrorBar error={error} />}
      {refused && <ErrorBar error={refused} />}
      {draft && (
        <div className="handover-save">
          <Status tone="waiting" word={t('settings.unsaved')} />
          <span className="spring" />
          <Button disabled={saving} onClick={model.discard}>
            {t('settings.discard')}
          </Button>
          <Button type="submit" appearance="primary" disabledFocusable={saving || off || wrong} icon={saving ? <Spinner size="extra-tiny" /> : null}>
            {t('settings.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
