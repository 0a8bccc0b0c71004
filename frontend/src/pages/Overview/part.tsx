import { Button } from '@fluentui/react-components'
import { ErrorCircleRegular } from '@fluentui/react-icons'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, errorKey } from '../../api/errors'
import type { Overview } from '../../api/types'

/** What is read for the overview, as each of its parts gets it. */
export interface Read {
  data: Overview | null
  error: ApiError | null
  onRetry: () => void
}

/** Said in the part that could not be read; the others live on. */
export function PartError({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="part-error">
      <ErrorCircleRegular aria-hidden className="part-error-icon" />
      <span>
        {t(`${errorKey(error.code)}.text`)} <span className="code">{error.code}</span>
      </span>
      <Button size="small" onClick={onRetry}>
        {t('common.actionsBar.retry')}
      </Button>
    </div>
  )
}

export interface CardProps extends Read {
  title: string
  /** At the end of the head. */
  actions?: ReactNode
  /** How many lines stand in for what is being read. */
  bones: number
  className?: string
  children: (data: Overview) => ReactNode
}

/** A part with bones while it is read, and its own error. What was read before stays. */
export function Card({ title, actions, bones, className = '', data, error, onRetry, children }: CardProps) {
  const id = useId()
  return (
    <section className={`card part ${className}`} aria-labelledby={id} aria-busy={!data && !error}>
      <div className="part-head">
        <h2 id={id}>{title}</h2>
        <span className="spring" />
        {actions}
      </div>
      {error && <PartError error={error} onRetry={onRetry} />}
      {data && children(data)}
      {!data && !error && <Bones count={bones} />}
    </section>
  )
}

function Bones({ count }: { count: number }) {
  return (
    <div className="bones" aria-hidden>
      {Array.from({ length: count }, (_, i) => (
        <span key={i} className="bone" />
      ))}
    </div>
  )
}
