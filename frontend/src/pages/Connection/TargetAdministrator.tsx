import { Combobox, Field, Option } from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonRow } from '../../api/types'
import { people } from '../../api/wails'
import { targetChoice } from '../../state/target'

const settled = 200
const offered = 8

/** Whom changes that arrive are put down to: somebody here, or a plain name. Nobody is well too. */
export function TargetAdministrator({ value, name, disabled }: { value: string; name: string; disabled: boolean }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(name)
  const [found, setFound] = useState<PersonRow[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const turn = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])

  const search = (text: string, wait: number) => {
    const mine = ++turn.current
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      people({ list: '', search: text, state: '', sort: 'name', descending: false, from: 0, limit: offered, group: '' }).then(
        ({ rows }) => mine === turn.current && setFound(rows.filter(({ state }) => state !== 'deleted')),
        () => mine === turn.current && setFound([]),
      )
    }, wait)
  }
  const take = (text: string) => {
    setTyped(text)
    targetChoice.choose({ administrator: text.trim() })
    search(text, settled)
  }
  return (
    <Field label={t('target.administrator.label')} hint={t('target.administrator.hint')}>
      <Combobox
        className="connection-wide"
        freeform
        disabled={disabled}
        maxLength={200}
        placeholder={t('target.administrator.nobody')}
        value={typed}
        selectedOptions={[value]}
        onOpenChange={(_, { open }) => open && search('', 0)}
        onChange={(e) => take(e.target.value)}
        onOptionSelect={(_, { optionValue, optionText }) => {
          if (optionValue === undefined) return
          setTyped(optionText ?? optionValue)
          targetChoice.choose({ administrator: optionValue })
        }}
      >
        {found.map((one) => (
          <Option key={one.id} value={one.id} text={one.name}>
            <span className="target-option" title={one.userName}>
              <bdi>{one.name}</bdi> <span className="quiet small">{one.userName}</span>
            </span>
          </Option>
        ))}
      </Combobox>
    </Field>
  )
}
