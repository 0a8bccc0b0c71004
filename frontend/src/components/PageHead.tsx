import type { ReactNode } from 'react'

export interface PageHeadProps {
  title: string
  /** A quiet word beside the title, such as a count. */
  note?: ReactNode
  /** Buttons at the end. */
  children?: ReactNode
}

/** The head of a page: its title, and what can be done on it. */
export function PageHead({ title, note, children }: PageHeadProps) {
  return (
    <div className="page-head">
      <h1 tabIndex={-1} id="page-title">{title}</h1>
      {note && <span className="quiet">{note}</span>}
      <span className="spring" />
      {children}
    </div>
  )
}
