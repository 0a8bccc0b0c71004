import { Button } from '@fluentui/react-components'
import { ArrowUndoRegular } from '@fluentui/react-icons'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobRow } from '../../../api/types'
import { Named, Strip } from '../Strip'
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
    <Strip
      ref={ref} label={t('journal.strip.label')} title={<Named id={row.id} name={row.name || row.id || row.to} />} state={rowWord(t, row.state)} onClose={onClose}
      buttons={
        mayUndo && (
          <Button size="small" icon={<ArrowUndoRegular />} onClick={onUndo}>
            {t('journal.undo.one')}
          </Button>
        )
      }
    >
      <dl className="strip-facts">
        <dt>{t('journal.columns.before')}</dt>
        <dd dir="auto">{row.from || '–'}</dd>
        <dt>{t('journal.columns.after')}</dt>
        <dd dir="auto">{row.to || '–'}</dd>
      </dl>
      {row.code !== '' && <p>{codeText(t, row.code)}</p>}
      {row.reason !== '' && <p className="quiet small" lang="en">{row.reason}</p>}
    </Strip>
  )
}
