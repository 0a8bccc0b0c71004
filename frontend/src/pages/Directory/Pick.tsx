import { Combobox, Option } from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'

/** Somebody or something that can be picked. */
export interface Picked {
  id: string
  name: string
  /** Tells apart those of one name. */
  hint?: string
}

export interface PickProps {
  label: string
  className?: string
  /** What is picked; no id for nothing. */
  value: Picked
  /** What picking nothing is called; it is the first to be picked. */
  nothing: string
  load: (search: string) => Promise<Picked[]>
  onPick: (picked: Picked) => void
  disabled?: boolean
}

const settled = 200

/** One of many, found by typing a part of the name. What does not load is not there to be picked. */
export function Pick({ label, className, value, nothing, load, onPick, disabled = false }: PickProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const [found, setFound] = useState<Picked[]>([])
  const turn = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const search = (text: string, wait: number) => {
    const mine = ++turn.current
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      load(text).then(
        (all) => mine === turn.current && setFound(all),
        () => mine === turn.current && setFound([]),
      )
    }, wait)
  }
  const none: Picked = { id: '', name: '' }
  return (
    <Combobox
      className={className ?? ''}
      aria-label={label}
      placeholder={nothing}
      disabled={disabled}
      value={typed ?? value.name}
      selectedOptions={[value.id]}
      onOpenChange={(_, { open }) => {
        if (open) search('', 0)
        else setTyped(null)
      }}
      onChange={(e) => {
        setTyped(e.target.value)
        search(e.target.value, settled)
      }}
      onOptionSelect={(_, { optionValue }) => {
        setTyped(null)
        onPick(found.find((one) => one.id === optionValue) ?? none)
      }}
    >
      <Option value="">{nothing}</Option>
      {found.map(({ id, name, hint }) => (
        <Option key={id} value={id} text={name}>
          <span className="picked" title={hint}>
            <bdi>{name}</bdi> {hint && <span className="quiet small">{hint}</span>}
          </span>
        </Option>
      ))}
    </Combobox>
  )
}
