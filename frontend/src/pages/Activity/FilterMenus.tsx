import { Button, Checkbox, Field, Input, Popover, PopoverSurface, PopoverTrigger, Radio, RadioGroup } from '@fluentui/react-components'
import { ChevronDownRegular } from '@fluentui/react-icons'
import { memo, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { actionKey, actions, outcomes } from '../../lib/status'
import { type Filter, methods, moment, periods } from '../../state/activity-filter'
import { usePeople } from './people'
import { valueText } from './words'

export interface FilterMenusProps {
  filter: Filter
  onFilter: (filter: Filter) => void
}

/** The same filter by menus. */
export const FilterMenus = memo(PlainMenus)

function PlainMenus({ filter, onFilter }: FilterMenusProps) {
  const { t } = useTranslation()
  const chosen = (values: readonly string[]) => (values.length > 1 ? t('activity.filter.several', { count: values.length }) : values[0])
  return (
    <>
      <Menu name={t('activity.filter.status')} value={filter.status ? String(filter.status) : chosen(filter.outcomes.map((o) => t(`common.outcomes.${o}`)))}>
        {() => (
          <>
            <Checks known={outcomes} of={filter.outcomes} text={(o) => t(`common.outcomes.${o}`)} onChange={(of) => onFilter({ ...filter, outcomes: of })} label={t('activity.filter.status')} />
            <Code value={filter.status} onChange={(status) => onFilter({ ...filter, status })} />
          </>
        )}
      </Menu>
      <Menu name={t('activity.filter.action')} value={chosen(filter.actions.map((a) => t(actionKey(a))))}>
        {() => <Checks known={actions} of={filter.actions} text={(a) => t(actionKey(a))} onChange={(of) => onFilter({ ...filter, actions: of })} label={t('activity.filter.action')} />}
      </Menu>
      <Menu name={t('activity.filter.method')} value={chosen(filter.methods)}>
        {() => <Checks known={methods} of={filter.methods} text={(m) => m} onChange={(of) => onFilter({ ...filter, methods: of })} label={t('activity.filter.method')} />}
      </Menu>
      <Menu name={t('activity.filter.person')} value={filter.person}>
        {(close) => (
          <Person
            value={filter.person}
            onChange={(person) => {
              onFilter({ ...filter, person })
              close()
            }}
          />
        )}
      </Menu>
      <Menu name={t('activity.filter.time')} value={[filter.from, filter.until].filter(Boolean).map((v) => valueText(t, 'after', v)).join(' – ')}>
        {() => <Time filter={filter} onFilter={onFilter} />}
      </Menu>
    </>
  )
}

function Menu({ name, value, children }: { name: string; value: string | undefined; children: (close: () => void) => ReactNode }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const said = value ? t('activity.filter.menu', { name, value }) : name
  return (
    <Popover trapFocus withArrow={false} positioning={{ position: 'below', align: 'start' }} open={open} onOpenChange={(_, data) => setOpen(data.open)}>
      <PopoverTrigger disableButtonEnhancement>
        <Button className="filter-menu" appearance={value ? 'secondary' : 'subtle'} icon={<ChevronDownRegular />} iconPosition="after" title={said} aria-label={said}>
          {name}
        </Button>
      </PopoverTrigger>
      <PopoverSurface className="filter-surface" aria-label={name}>
        {open && children(() => setOpen(false))}
      </PopoverSurface>
    </Popover>
  )
}

interface ChecksProps<T extends string> {
  known: readonly T[]
  of: readonly T[]
  text: (value: T) => string
  label: string
  onChange: (of: T[]) => void
}

function Checks<T extends string>({ known, of, text, label, onChange }: ChecksProps<T>) {
  return (
    <div role="group" aria-label={label} className="checks">
      {known.map((value) => (
        <Checkbox key={value} label={text(value)} checked={of.includes(value)} onChange={(_, { checked }) => onChange(known.filter((k) => (k === value ? checked === true : of.includes(k))))} />
      ))}
    </div>
  )
}

function Code({ value, onChange }: { value: number; onChange: (status: number) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(value ? String(value) : '')
  const good = text === '' || /^[1-5]\d\d$/.test(text)
  return (
    <Field label={t('activity.filter.code')} hint={t('activity.filter.codeHint')} validationState={good || text.length < 3 ? 'none' : 'error'}>
      <Input
        value={text}
        inputMode="numeric"
        maxLength={3}
        onChange={(_, data) => {
          setText(data.value)
          if (data.value === '' || /^[1-5]\d\d$/.test(data.value)) onChange(Number(data.value))
        }}
      />
    </Field>
  )
}

function Person({ value, onChange }: { value: string; onChange: (person: string) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  const people = usePeople(text)
  return (
    <form
      className="filter-person"
      onSubmit={(e) => {
        e.preventDefault()
        onChange(text.trim())
      }}
    >
      <Field label={t('activity.filter.person')} hint={t('activity.filter.personHint')}>
        <Input value={text} maxLength={200} onChange={(_, data) => setText(data.value)} />
      </Field>
      {people.length > 0 && (
        <div role="group" aria-label={t('activity.filter.people')} className="filter-people">
          {people.map((p) => (
            <Button key={p.id} appearance="subtle" className="filter-hit" onClick={() => onChange(p.userName || p.name)}>
              <bdi>{p.name || p.userName}</bdi>
              {p.name !== '' && <bdi className="quiet small">{p.userName}</bdi>}
            </Button>
          ))}
        </div>
      )}
      <Button type="submit" appearance="primary">
        {t('activity.filter.use')}
      </Button>
    </form>
  )
}

function Time({ filter, onFilter }: FilterMenusProps) {
  const { t } = useTranslation()
  const period = filter.until === '' ? (filter.from === '' ? 'any' : periods.find((p) => p === filter.from)) : undefined
  const [other, setOther] = useState(period === undefined)
  return (
    <>
      <RadioGroup
        aria-label={t('activity.filter.time')}
        value={other ? 'other' : (period ?? 'other')}
        onChange={(_, { value }) => {
          setOther(value === 'other')
          onFilter({ ...filter, from: value === 'any' || value === 'other' ? '' : value, until: '' })
        }}
      >
        {(['any', ...periods] as const).map((p) => (
          <Radio key={p} value={p} label={t(`activity.filter.periods.${p}`)} />
        ))}
        <Radio value="other" label={t('activity.filter.periods.other')} />
      </RadioGroup>
      {(other || period === undefined) && (
        <>
          <When label={t('activity.filter.after')} value={filter.from} onChange={(from) => onFilter({ ...filter, from })} />
          <When label={t('activity.filter.before')} value={filter.until} onChange={(until) => onFilter({ ...filter, until })} />
        </>
      )}
    </>
  )
}

/** A time of day in the computer's own zone; where the engine has no such field, the same text is typed. */
function When({ label, value, onChange }: { label: string; value: string; onChange: (time: string) => void }) {
  const { t } = useTranslation()
  const at = /^\d{4}-/.test(value) ? moment(value, new Date()) : null
  const two = (n: number) => String(n).padStart(2, '0')
  const local = at ? `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}` : ''
  const [text, setText] = useState(local)
  return (
    <Field label={label} hint={text === '' ? t('activity.filter.notSet') : null}>
      <Input
        type="datetime-local"
        className={text === '' ? 'filter-unset' : ''}
        value={text}
        onChange={(_, data) => {
          setText(data.value)
          if (data.value === '' || moment(data.value, new Date())) onChange(data.value)
        }}
      />
    </Field>
  )
}
