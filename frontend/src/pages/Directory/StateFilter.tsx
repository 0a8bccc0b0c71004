import { Dropdown, Option } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { type Filter, filterKey } from './kind'

export interface StateFilterProps {
  states: readonly Filter[]
  state: string
  onState: (state: Filter) => void
}

/** Which states a list shows. */
export function StateFilter({ states, state, onState }: StateFilterProps) {
  const { t } = useTranslation()
  return (
    <Dropdown
      className="state-filter"
      aria-label={t('directory.state.label')}
      value={t(filterKey(state))}
      selectedOptions={[state]}
      onOptionSelect={(_, { optionValue }) => onState(states.find((s) => s === optionValue) ?? '')}
    >
      {states.map((s) => (
        <Option key={s} value={s}>
          {t(filterKey(s))}
        </Option>
      ))}
    </Dropdown>
  )
}
