import type { ReactNode } from 'react'

/** What stands where there is nothing to list: why, and the next step. */
export function EmptyState({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {text && <p className="quiet">{text}</p>}
      {children && <div className="buttons">{children}</div>}
    </div>
  )
}
