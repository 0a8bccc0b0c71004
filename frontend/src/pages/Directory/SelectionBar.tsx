import { Button } from '@fluentui/react-components'
import { ArrowDownloadRegular, CopyRegular, DismissRegular } from '@fluentui/react-icons'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { ErrorBar } from '../../components/ErrorBar'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { DeletedActions } from './DeletedActions'
import { mostTicked, type SelectionView } from '../../state/selection'
import type { Kind } from './kind'

const mostCopied = 1_000

export interface SelectionBarProps<Row extends { id: string; state: string }> {
  kind: Kind
  selection: SelectionView<Row>
  count: number
  ids: () => Promise<string[]>
  /** E-mails or names as they are now, empty where somebody has none; without those who are not there any more. */
  words: () => Promise<string[]>
  /** What is ticked, as it is now. */
  rows: () => Promise<Row[]>
  /** Deleted ones may be among them, who can come back or be removed for good. */
  mayBeDeleted: boolean
  /** Some came back, or are gone for good. */
  onChanged: () => void
  onExport: () => void
  actions?: ReactNode
  onClear: () => void
}

/** How much is selected, and what can be done with it. It says itself what came of it. */
export function SelectionBar<Row extends { id: string; state: string }>({ kind, selection, count, ids, words, rows, mayBeDeleted, onChanged, onExport, onClear, actions }: SelectionBarProps<Row>) {
  const { t, i18n } = useTranslation()
  const [note, setNote] = useState('')
  const [error, setError] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  const number = (n: number) => n.toLocaleString(i18n.language)
  useEffect(() => {
    setNote('')
    setError(null)
  }, [selection.rows, selection.all])

  const tell = (text: string) => {
    setNote(text)
    announce(text)
  }
  const copyAll = async (load: () => Promise<string[]>) => {
    setError(null)
    if (count > mostCopied) {
      tell(t('directory.selection.tooManyToCopy', { most: number(mostCopied) }))
      return
    }
    setBusy(true)
    try {
      const all = await load()
      const some = all.filter((one) => one !== '')
      const none = all.length - some.length
      const gone = count - all.length
      if (some.length > 0 && !(await copy(some.join('\n')))) {
        setNote(t('common.actionsBar.notCopied'))
        return
      }
      const parts = [
        some.length > 0 ? t('directory.selection.copied', { count: some.length, formatted: number(some.length) }) : t('directory.selection.notCopied'),
        none > 0 ? t('directory.selection.none', { count: none, formatted: number(none) }) : '',
        gone > 0 ? t('directory.selection.gone', { count: gone, formatted: number(gone) }) : '',
      ]
      tell(parts.filter((part) => part !== '').join('; '))
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }

  const { refused } = selection
  const fault = error ?? (refused === 'tooMany' ? null : refused)
  const text = refused === 'tooMany' ? t('directory.selection.tooMany', { most: number(mostTicked) }) : note
  return (
    <div className="selection-bar" role="region" aria-label={t('directory.selection.label')}>
      {fault && <ErrorBar error={fault} />}
      <div className="toolbar">
        <strong>{t('directory.selection.count', { count, formatted: number(count) })}</strong>
        <Button size="small" icon={<CopyRegular />} disabledFocusable={busy || count === 0} onClick={() => void copyAll(words)}>
          {t(`${kind}.copyNames`)}
        </Button>
        <Button size="small" icon={<CopyRegular />} disabledFocusable={busy || count === 0} onClick={() => void copyAll(ids)}>
          {t('directory.selection.copyIds')}
        </Button>
        <Button size="small" icon={<ArrowDownloadRegular />} disabledFocusable={count === 0} onClick={onExport}>
          {t('directory.selection.export')}
        </Button>
        {actions}
        {mayBeDeleted && <DeletedActions kind={kind} rows={rows} tell={tell} onChanged={onChanged} onFault={setError} />}
        <Button size="small" appearance="subtle" icon={<DismissRegular />} onClick={onClear}>
          {t('directory.selection.clear')}
        </Button>
      </div>
      {text && <p className="quiet small">{text}</p>}
    </div>
  )
}
