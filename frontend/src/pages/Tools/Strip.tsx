import { Button, Link } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { ReactNode, Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { Status } from '../../components/Status'
import { hashOf } from '../../state/route'
import type { Word } from './words'

export interface StripProps {
  /** What it is, for screen readers. */
  label: string
  title: ReactNode
  state: Word
  /** What is said beside the state. */
  beside?: ReactNode
  /** What can be done with the row as a whole. */
  buttons?: ReactNode
  onClose: () => void
  children: ReactNode
  ref: Ref<HTMLElement>
}

/** A row in full, below the grid that it is chosen in. Escape closes it, unless something in it has a use for the key. */
export function Strip({ label, title, state, beside, buttons, onClose, children, ref }: StripProps) {
  const { t } = useTranslation()
  return (
    <section
      ref={ref} tabIndex={-1} className="strip" aria-label={label}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented) return
        e.stopPropagation()
        onClose()
      }}
    >
      <div className="strip-head">
        <h3>{title}</h3>
        <Status {...state} />
        {beside}
        <span className="spring" />
        {buttons}
        <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={onClose} />
      </div>
      {children}
    </section>
  )
}

/** A name, and the way to whom it is of; without an id there is nobody to go to. */
export function Named({ id, name, page = 'people' }: { id: string; name: string; page?: 'people' | 'groups' }) {
  const text = <bdi>{name}</bdi>
  return id === '' ? text : <Link href={hashOf({ page, id })}>{text}</Link>
}
