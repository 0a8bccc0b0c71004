import { Button, Dropdown, Field, MessageBar, MessageBarBody, Option, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportColumn, ImportLook } from '../../../api/types'
import { ErrorBar } from '../../../components/ErrorBar'
import { useObservable } from '../../../lib/observable'
import { delimiters, doubled, encodings, existings, type Import, names } from '../../../state/import'
import { attributeText, warningText } from './words'

/** What was found in the source: how it is written, what each column is taken for, and what is done with those who are here. */
export function Columns({ task, look, heading }: { task: Import; look: ImportLook; heading: RefObject<HTMLHeadingElement | null> }) {
  const { t, i18n } = useTranslation()
  const { form, mapping, working, error } = useObservable(task.view)
  const table = look.columns.length > 0
  const twice = doubled(mapping)
  const named = !table || names(form.kind, mapping)
  const ready = working === null && twice.length === 0 && named && look.rows > 0
  const delimiterName = (d: string) => (d === '' ? t('import.found.itself') : d === '\t' ? t('import.found.tab') : d)
  return (
    <section className="import-columns" aria-labelledby="import-found">
      <div className="tool-head">
        <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={task.clear}>
          {t('import.back')}
        </Button>
        <h2 id="import-found" ref={heading} tabIndex={-1}>{t('import.found.title', { count: look.rows, formatted: look.rows.toLocaleString(i18n.language) })}</h2>
        <bdi className="quiet small tool-name" title={look.name}>{look.name}</bdi>
      </div>
      {form.from === 'file' && look.format === 'csv' && (
        <div className="import-facts">
          <Field label={t('import.found.delimiter')}>
            <Dropdown value={delimiterName(form.delimiter || look.delimiter)} selectedOptions={[form.delimiter]} onOptionSelect={(_, { optionValue }) => task.set({ delimiter: optionValue ?? '' })}>
              {delimiters.map((d) => (
                <Option key={d} value={d}>{delimiterName(d)}</Option>
              ))}
            </Dropdown>
          </Field>
          <Field label={t('import.found.encoding')}>
            <Dropdown value={form.encoding || look.encoding} selectedOptions={[form.encoding]} onOptionSelect={(_, { optionValue }) => task.set({ encoding: optionValue ?? '' })}>
              {encodings.map((e) => (
                <Option key={e} value={e}>{e === '' ? t('import.found.itself') : e}</Option>
              ))}
            </Dropdown>
          </Field>
        </div>
      )}
      {look.places.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <ul className="import-warnings">
              {look.places.map((place) => (
                <li key={place}>{warningText(t, place)}</li>
              ))}
            </ul>
          </MessageBarBody>
        </MessageBar>
      )}
      {table && <Mapping task={task} look={look} twice={twice} />}
      {!named && <MessageBar intent="error"><MessageBarBody>{t(form.kind === 'groups' ? 'import.columns.noGroup' : 'import.columns.nobody')}</MessageBarBody></MessageBar>}
      {twice.length > 0 && <MessageBar intent="error"><MessageBarBody>{t('import.columns.twice', { names: twice.map((name) => attributeText(t, name)).join(', ') })}</MessageBarBody></MessageBar>}
      <Field label={t('import.existing.label')} hint={t(`import.existing.${form.existing}Hint`)}>
        <RadioGroup className="import-existing" value={form.existing} onChange={(_, { value }) => task.set({ existing: existings.find((e) => e === value) ?? 'skip' })}>
          {existings.map((e) => (
            <Radio key={e} value={e} label={t(`import.existing.${e}`)} />
          ))}
        </RadioGroup>
      </Field>
      {error && <ErrorBar error={error} />}
      <div className="tool-foot">
        <Button appearance="primary" disabledFocusable={!ready} icon={working === 'plan' ? <Spinner className="late" size="tiny" /> : null} onClick={() => ready && void task.preview()}>
          {t('import.preview')}
        </Button>
        <span className="quiet small">{t('import.previewNote')}</span>
      </div>
    </section>
  )
}

/** Each column with its first values, and what it is taken for. */
function Mapping({ task, look, twice }: { task: Import; look: ImportLook; twice: readonly string[] }) {
  const { t } = useTranslation()
  const { mapping } = useObservable(task.view)
  const nameOf = (c: ImportColumn) => c.header || t('lookup.columnNumber', { number: c.column + 1 })
  return (
    <table className="import-map">
      <thead>
        <tr>
          <th scope="col">{t('import.columns.column')}</th>
          <th scope="col">{t('import.columns.values')}</th>
          <th scope="col">{t('import.columns.means')}</th>
        </tr>
      </thead>
      <tbody>
        {look.columns.map((c) => {
          const attribute = mapping[c.column] ?? ''
          return (
            <tr key={c.column} className={attribute === '' ? 'left-out' : undefined}>
              <th scope="row" title={nameOf(c)}><bdi>{nameOf(c)}</bdi></th>
              <td dir="auto" title={c.samples.join('\n')}>{c.samples.length === 0 ? <span className="quiet">{t('import.columns.empty')}</span> : c.samples.slice(0, 3).join(' · ')}</td>
              <td>
                <Dropdown
                  size="small" aria-label={t('import.columns.meansOf', { column: nameOf(c) })} aria-invalid={twice.includes(attribute)} value={attributeText(t, attribute)} selectedOptions={[attribute]}
                  onOptionSelect={(_, { optionValue }) => task.map(c.column, optionValue ?? '')}
                >
                  {['', ...look.attributes].map((name) => (
                    <Option key={name} value={name}>{attributeText(t, name)}</Option>
                  ))}
                </Dropdown>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
