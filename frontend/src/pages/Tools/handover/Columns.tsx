import { Button, Dropdown, Input, Option } from '@fluentui/react-components'
import { AddRegular, ArrowDownRegular, ArrowUpRegular, DeleteRegular } from '@fluentui/react-icons'
import { useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { HandoverColumn } from '../../../api/types'
import { announce } from '../../../state/announcer'
import { columnFault, limits } from '../../../state/handover'
import { attributeText } from './words'

export interface ColumnsProps {
  title: string
  hint: string
  columns: readonly HandoverColumn[]
  /** What columns may hold. */
  attributes: readonly string[]
  off: boolean
  onChange: (columns: HandoverColumn[]) => void
}

/** The columns of a file in their order: what the old system calls each, and what it holds. */
export function Columns({ title, hint, columns, attributes, off, onChange }: ColumnsProps) {
  const { t } = useTranslation()
  const id = useId()
  const list = useRef<HTMLOListElement>(null)
  const focus = (row: number, what: string) => requestAnimationFrame(() => list.current?.children[row]?.querySelector<HTMLElement>(`[data-what="${what}"]`)?.focus())

  const set = (at: number, part: Partial<HandoverColumn>) => onChange(columns.map((one, i) => (i === at ? { ...one, ...part } : one)))
  const move = (at: number, by: -1 | 1) => {
    const next = [...columns]
    const [one] = next.splice(at, 1)
    if (!one) return
    next.splice(at + by, 0, one)
    onChange(next)
    const to = at + by
    focus(to, (by < 0 && to === 0) || (by > 0 && to < next.length - 1) ? 'down' : 'up')
    announce(t('handover.settings.moved', { column: one.header, place: to + 1 }))
  }
  const remove = (at: number) => {
    onChange(columns.filter((_, i) => i !== at))
    focus(Math.min(at, columns.length - 2), 'header')
  }
  const add = () => {
    const attribute = attributes.find((a) => !columns.some((one) => one.attribute === a)) ?? attributes[0]
    if (!attribute) return
    onChange([...columns, { header: attribute, attribute }])
    focus(columns.length, 'header')
  }
  return (
    <section aria-labelledby={id} className="handover-columns">
      <h3 id={id}>{title}</h3>
      <p className="quiet small">{hint}</p>
      <ol ref={list}>
        {columns.map((one, i) => {
          const fault = columnFault(columns, i)
          return (
            <li key={i}>
              <Input
                data-what="header" size="small" value={one.header} maxLength={limits.header} spellCheck={false} autoComplete="off" disabled={off} aria-invalid={fault !== null}
                aria-label={t('handover.settings.header', { place: i + 1 })} title={fault ? t(`handover.settings.faults.${fault}`) : one.header} onChange={(_, { value }) => set(i, { header: value })}
              />
              <Dropdown
                size="small" value={attributeText(t, one.attribute)} selectedOptions={[one.attribute]} disabled={off} aria-label={t('handover.settings.holds', { place: i + 1, column: one.header })}
                onOptionSelect={(_, { optionValue }) => optionValue && set(i, { attribute: optionValue })}
              >
                {attributes.map((a) => (
                  <Option key={a} value={a}>
                    {attributeText(t, a)}
                  </Option>
                ))}
              </Dropdown>
              <span className="handover-tools">
                <Button
                  data-what="up" size="small" appearance="subtle" icon={<ArrowUpRegular />} disabledFocusable={off || i === 0}
                  aria-label={t('handover.settings.up', { column: one.header })} title={t('handover.settings.up', { column: one.header })} onClick={() => i > 0 && move(i, -1)}
                />
                <Button
                  data-what="down" size="small" appearance="subtle" icon={<ArrowDownRegular />} disabledFocusable={off || i === columns.length - 1}
                  aria-label={t('handover.settings.down', { column: one.header })} title={t('handover.settings.down', { column: one.header })} onClick={() => i < columns.length - 1 && move(i, 1)}
                />
                <Button
                  size="small" appearance="subtle" icon={<DeleteRegular />} disabledFocusable={off || columns.length === 1}
                  aria-label={t('handover.settings.remove', { column: one.header })} title={t('handover.settings.remove', { column: one.header })} onClick={() => columns.length > 1 && remove(i)}
                />
              </span>
              {fault && <span role="alert" className="small file-fault handover-fault">{t(`handover.settings.faults.${fault}`)}</span>}
            </li>
          )
        })}
      </ol>
      <Button size="small" icon={<AddRegular />} disabledFocusable={off || columns.length >= limits.columns} onClick={() => columns.length < limits.columns && add()}>
        {t('handover.settings.add')}
      </Button>
    </section>
  )
}
