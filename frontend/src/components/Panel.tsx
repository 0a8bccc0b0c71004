import { Button, Tab, TabList } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'

export interface PanelProps {
  /** What the region is called, such as "Person details". */
  label: string
  title: ReactNode
  /** The title as text, where it may be too long to be shown whole. */
  full?: string
  /** Beside the title: a state, or buttons. */
  actions?: ReactNode
  tabs?: readonly { id: string; title: string }[]
  tab?: string
  onTab?: (id: string) => void
  /** Between head and tabs. */
  notice?: ReactNode
  /** What is in it scrolls by itself. */
  fill?: boolean
  onClose: () => void
  children: ReactNode
  ref?: Ref<HTMLElement> | undefined
}

/** What is known of the row that was opened, beside the list. Escape closes it; whoever opened it takes the focus back. */
export function Panel({ label, title, full, actions, tabs, tab, onTab, notice, fill = false, onClose, children, ref }: PanelProps) {
  const { t } = useTranslation()
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      className="panel"
      aria-label={label}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented) return
        e.stopPropagation()
        onClose()
      }}
    >
      <div className="panel-head">
        <h2 title={full}>{title}</h2>
        {actions}
        <Button appearance="subtle" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={onClose} />
      </div>
      {notice}
      {tabs && tab && (
        <TabList className="panel-tabs" size="small" selectedValue={tab} onTabSelect={(_, { value }) => onTab?.(String(value))}>
          {tabs.map((one) => (
            <Tab key={one.id} value={one.id} id={`tab-${one.id}`} aria-controls="panel-body">
              {one.title}
            </Tab>
          ))}
        </TabList>
      )}
      <div
        className={fill ? 'panel-body fill' : 'panel-body'}
        id="panel-body"
        tabIndex={fill ? undefined : 0}
        {...(tabs && tab ? { role: 'tabpanel', 'aria-labelledby': `tab-${tab}` } : {})}
      >
        {children}
      </div>
    </aside>
  )
}
