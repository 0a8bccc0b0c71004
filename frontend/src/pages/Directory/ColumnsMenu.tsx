import { Button, Checkbox, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components'
import { ArrowDownRegular, ArrowUpRegular, ColumnTripleRegular } from '@fluentui/react-icons'
import { useTranslation } from 'react-i18next'
import type { ColumnChoice } from './columns'

export interface ColumnsMenuProps<Row> {
  choice: ColumnChoice<Row>
  titles: Readonly<Record<string, string>>
  /** The column that can't be left out. */
  always: string
}

/** Which columns are shown and in which order, by mouse and by keys. */
export function ColumnsMenu<Row>({ choice, titles, always }: ColumnsMenuProps<Row>) {
  const { t } = useTranslation()
  const { choices, toggle, move, reset } = choice
  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<ColumnTripleRegular />}>
          {t('directory.columns.button')}
        </Button>
      </PopoverTrigger>
      <PopoverSurface aria-label={t('directory.columns.title')} className="columns-menu">
        <ul>
          {choices.map(({ id, shown }, i) => {
            const column = titles[id] ?? id
            return (
              <li key={id}>
                <Checkbox
                  label={id === always ? `${column} (${t('directory.columns.always')})` : column}
                  checked={shown}
                  disabled={id === always}
                  onChange={() => toggle(id)}
                />
                <span className="spring" />
                <Button size="small" appearance="subtle" icon={<ArrowUpRegular />} disabledFocusable={i === 0} aria-label={t('directory.columns.up', { column })} title={t('directory.columns.up', { column })} onClick={() => move(id, -1)} />
                <Button size="small" appearance="subtle" icon={<ArrowDownRegular />} disabledFocusable={i === choices.length - 1} aria-label={t('directory.columns.down', { column })} title={t('directory.columns.down', { column })} onClick={() => move(id, 1)} />
              </li>
            )
          })}
        </ul>
        <Button onClick={reset}>{t('directory.columns.reset')}</Button>
      </PopoverSurface>
    </Popover>
  )
}
