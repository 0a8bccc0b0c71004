import { Button, Link } from '@fluentui/react-components'
import { ArrowUndoRegular, DismissRegular } from '@fluentui/react-icons'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobRow } from '../../../api/types'
import { Status } from '../../../components/Status'
import { hashOf } from '../../../state/route'
import { codeText, rowWord } from '../words'

export interface JobStripProps {
  row: JobRow
  mayUndo: boolean
  onUndo: () => void
  onClose: () => void
  ref: Ref<HTMLElement>
}

/** What became of one row, and why. */
export function JobStrip({ row, mayUndo, onUndo, onClose, ref }: JobStripProps) {
  const { t } = useTranslation()
  return (
    <section
      ref={ref} tabIndex={-1} className="strip" aria-label={t('journal.strip.label')}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented) return
        e.stopPropagation()
        onClose()
      }}
    >
      <div className="strip-head">
        <h3>
          {row.id === '' ? <bdi>{row.name || row.to}</bdi> : (
            <Link href={hashOf({ page: 'people', id: row.id })}>
              <bdi>{row.name || row.id}</bdi>
            </Link>
          )}
        </h3>
        <Status {...rowWord(t, row.state)} />
        <span className="spring" />
        {mayUndo && (
          <Button size="small" icon={<ArrowUndoRegular />} onClick={onUndo}>
            {t('journal.undo.one')}
          </Button>
        )}
        <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={onClose} />
      </div>
      <dl className="strip-facts">
        <dt>{t('journal.columns.before')}</dt>
        <dd dir="auto">{row.from || '–'}</dd>
        <dt>{t('journal.columns.after')}</dt>
        <dd dir="auto">{row.to || '–'}</dd>
      </dl>
      {row.code !== '' && <p>{codeText(t, row.code)}</p>}
      {row.reason !== '' && <p className="quiet small" lang="en">{row.reason}</p>}
    </section>
  )
}
