import { Button, Input } from '@fluentui/react-components'
import { DismissRegular, FilterRegular } from '@fluentui/react-icons'
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Filter, parse, type Problem, print } from '../../state/activity-filter'
import { personTerm, suggest } from '../../state/activity-suggest'
import { usePeople } from './people'
import { valueText } from './words'

const settled = 250

export interface FilterFieldProps {
  filter: Filter
  onFilter: (filter: Filter) => void
  /** Shown at the end of the field: how far the search is, and what it found. */
  progress: React.ReactNode
  /** Leaves the field for the list. */
  onLeave: () => void
}

/** The filter in its little language, with suggestions while somebody types. */
export function FilterField({ filter, onFilter, progress, onLeave }: FilterFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const place = useRef<number | null>(null)
  const sent = useRef(print(filter))
  const [text, setText] = useState(sent.current)
  const [caret, setCaret] = useState(sent.current.length)
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const [problem, setProblem] = useState<Problem | null>(null)

  // Menus, chips and links set the filter too.
  const printed = print(filter)
  useEffect(() => {
    if (printed === sent.current) return
    sent.current = printed
    clearTimeout(timer.current)
    setText(printed)
    setProblem(null)
    setOpen(false)
  }, [printed])
  useEffect(() => () => clearTimeout(timer.current), [])

  const { from, to, options: known, person } = suggest(text, caret)
  const people = usePeople(open ? person : '')
  const options = [...known, ...people.map((p) => ({ key: 'person' as const, value: p.name || p.userName, text: personTerm(p.userName || p.name) }))]
  const shown = open && options.length > 0
  const active = shown && chosen >= 0 ? Math.min(chosen, options.length - 1) : -1

  const apply = (next: string, told: boolean) => {
    clearTimeout(timer.current)
    const { filter: said, problems } = parse(next)
    setProblem(told ? (problems[0] ?? null) : null)
    sent.current = print(said)
    onFilter(said)
  }
  const type = (next: string, at: number) => {
    setText(next)
    setCaret(at)
    setChosen(-1)
    setOpen(true)
    setProblem(null)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => apply(next, false), settled)
  }
  const take = (index: number) => {
    const option = options[index]
    if (!option) return
    const rest = text.slice(to)
    const whole = option.value !== ''
    const next = text.slice(0, from) + option.text + (whole && !rest.startsWith(' ') ? ' ' : '') + rest
    const at = from + option.text.length + (whole ? 1 : 0)
    type(next, at)
    setOpen(!whole)
    place.current = at
  }
  // The caret goes behind what was taken with the text itself: a frame later somebody has typed on.
  useLayoutEffect(() => {
    if (place.current === null) return
    input.current?.focus()
    input.current?.setSelectionRange(place.current, place.current)
    place.current = null
  })
  const clear = () => {
    setText('')
    setCaret(0)
    apply('', false)
    input.current?.focus()
  }

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.altKey) return
    if (e.key === 'ArrowDown' && !shown) setOpen(true)
    else if (e.key === 'ArrowDown') setChosen(active + 1 >= options.length ? 0 : active + 1)
    else if (e.key === 'ArrowUp' && shown) setChosen(active <= 0 ? options.length - 1 : active - 1)
    else if (e.key === 'Enter' && active >= 0) take(active)
    else if (e.key === 'Enter') {
      setOpen(false)
      apply(text, true)
    } else if (e.key === 'Escape' && shown) setOpen(false)
    else if (e.key === 'Escape' && text !== '') clear()
    else if (e.key === 'Escape') onLeave()
    else return
    e.preventDefault()
    e.stopPropagation()
  }

  const field = {
    ref: input, role: 'combobox', 'aria-expanded': shown, 'aria-controls': shown ? `${id}-list` : undefined, 'aria-autocomplete': 'list', 'data-filter': true,
    'aria-activedescendant': active >= 0 ? `${id}-${active}` : undefined, 'aria-invalid': problem ? true : undefined, 'aria-describedby': problem ? `${id}-problem` : undefined,
  }

  return (
    <div
      className="filter-field"
      onBlur={(e) => {
        if (e.currentTarget.contains(e.relatedTarget)) return
        setOpen(false)
        setProblem(parse(text).problems[0] ?? null)
      }}
    >
      <Input
        aria-label={t('activity.filter.label')}
        placeholder={t('activity.filter.placeholder')}
        value={text}
        maxLength={1_000}
        autoComplete="off"
        spellCheck={false}
        input={field as never}
        contentBefore={<FilterRegular aria-hidden />}
        contentAfter={
          <>
            {progress}
            {text !== '' && <Button appearance="transparent" size="small" icon={<DismissRegular />} aria-label={t('activity.filter.clear')} title={t('activity.filter.clear')} onClick={clear} />}
          </>
        }
        onChange={(e, { value }) => type(value, e.currentTarget.selectionStart ?? value.length)}
        onSelect={(e) => setCaret(e.currentTarget.selectionStart ?? 0)}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <ul className="suggestions" id={`${id}-list`} role="listbox" aria-label={t('activity.filter.suggestions')}>
          {options.map((option, i) => (
            <li
              key={option.text}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === active}
              className={i === active ? 'active' : undefined}
              onMouseDown={(e) => e.preventDefault()}
              onClick={() => take(i)}
            >
              <span className="mono">{option.text}</span>
              <span className="quiet small">{option.value === '' ? t(`activity.filter.keys.${option.key}`) : valueText(t, option.key, option.value)}</span>
            </li>
          ))}
        </ul>
      )}
      {problem && (
        <p className="filter-problem small" id={`${id}-problem`}>
          {t('activity.filter.bad', { term: `${problem.key}:${problem.value}`, hint: t(`activity.filter.hints.${problem.key}`) })}
        </p>
      )}
    </div>
  )
}
