import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { CheckmarkCircleFilled, FolderOpenRegular } from '@fluentui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, errorKey, toApiError } from '../../api/errors'
import type { ExportResult } from '../../api/types'
import { cancelExport, chooseFolder, exportFile, showFile } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { type Asked, everybody } from '../../state/list'
import type { Kind } from './kind'

/** Something that can be exported: what was ticked, by ids, or all that a question finds. */
export interface ExportChoice {
  id: string
  label: string
  ids?: string[]
  filter?: Asked
}

export interface ExportDialogProps {
  kind: Kind
  /** Members of the group in the choices' filter, instead of groups. */
  members?: boolean
  /** The first is chosen to begin with. */
  choices: readonly ExportChoice[]
  /** Columns of the list in their order, which a CSV may be cut to. */
  columns?: readonly string[]
  onClose: () => void
}

/** Writes people, groups or members into a file: what, as which format, where to; then where it is. Closing it ends the writing. */
export function ExportDialog({ kind, members = false, choices, columns = [], onClose }: ExportDialogProps) {
  const { t, i18n } = useTranslation()
  const [what, setWhat] = useState(choices[0]?.id ?? '')
  const [format, setFormat] = useState('csv')
  const [wide, setWide] = useState(true)
  const [folder, setFolder] = useState('')
  const [state, setState] = useState<'asking' | 'busy' | ExportResult>('asking')
  const [error, setError] = useState<ApiError | null>(null)
  const shown = useRef(true)
  useReturnedFocus()
  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])

  const doneText = (n: number) => {
    const formatted = n.toLocaleString(i18n.language)
    return members ? t('groups.export.membersDone', { count: n, formatted }) : t(`${kind}.export.done`, { count: n, formatted })
  }
  const attempt = async (task: () => Promise<void>) => {
    setError(null)
    try {
      await task()
    } catch (thrown) {
      if (shown.current) setError(toApiError(thrown))
    }
  }
  const start = () =>
    attempt(async () => {
      const chosen = choices.find((c) => c.id === what)
      const filter = { ...(chosen?.filter ?? everybody), list: '', from: 0, limit: 0 }
      setState('busy')
      try {
        const cut = format === 'csv' && !wide ? { columns: [...columns] } : {}
        const result = await exportFile({ what: members ? 'members' : kind, format, filter, ids: chosen?.ids ?? [], folder, ...cut })
        announce(doneText(result.count))
        if (shown.current) setState(result)
      } catch (thrown) {
        if (shown.current) {
          setState('asking')
          throw thrown
        }
        const { code } = toApiError(thrown)
        announce(code === 'CANCELLED' ? t('directory.export.cancelled') : t(`${errorKey(code)}.text`))
      }
    })
  const cancel = () => {
    onClose()
    if (state !== 'busy') return
    cancelExport().catch(() => announce(t('directory.export.goesOn')))
  }
  const choose = () =>
    attempt(async () => {
      const chosen = await chooseFolder(t('directory.export.chooseTitle'))
      if (chosen !== '' && shown.current) setFolder(chosen)
    })

  const busy = state === 'busy'
  const result = typeof state === 'object' ? state : null
  return (
    <Dialog open modalType={busy ? 'alert' : 'modal'} onOpenChange={(_, { open }) => !open && cancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('directory.export.title')}</DialogTitle>
          <DialogContent className="export">
            {result ? (
              <>
                <p className="status good">
                  <CheckmarkCircleFilled aria-hidden className="status-icon" /> {doneText(result.count)}
                </p>
                <p>
                  {t('directory.export.written')} <span className="mono">{result.path}</span>
                </p>
              </>
            ) : (
              <>
                <Field label={t('directory.export.what')}>
                  <RadioGroup value={what} disabled={busy} onChange={(_, { value }) => setWhat(value)}>
                    {choices.map((c) => (
                      <Radio key={c.id} value={c.id} label={c.label} />
                    ))}
                  </RadioGroup>
                </Field>
                <Field label={t('directory.export.format')} hint={t(format === 'csv' ? 'directory.export.csvNote' : 'directory.export.jsonNote')}>
                  <RadioGroup value={format} disabled={busy} onChange={(_, { value }) => setFormat(value)}>
                    <Radio value="csv" label={t('directory.export.csv')} />
                    <Radio value="json" label={t('directory.export.json')} />
                  </RadioGroup>
                </Field>
                {format === 'csv' && columns.length > 0 && (
                  <Field label={t('directory.export.columns')} hint={t('directory.export.columnsNote')}>
                    <RadioGroup value={wide ? 'all' : 'shown'} disabled={busy} onChange={(_, { value }) => setWide(value === 'all')}>
                      <Radio value="all" label={t('directory.export.allColumns')} />
                      <Radio value="shown" label={t('directory.export.shownColumns')} />
                    </RadioGroup>
                  </Field>
                )}
                <div>
                  <h3>{t('directory.export.folder')}</h3>
                  <div className="export-folder">
                    <span className={folder === '' ? undefined : 'mono'}>{folder === '' ? t('directory.export.downloads') : folder}</span>
                    <Button size="small" disabled={busy} onClick={() => void choose()}>
                      {t('directory.export.choose')}
                    </Button>
                  </div>
                  <p className="quiet small">{t('directory.export.note')}</p>
                </div>
                {busy && <Spinner className="later" size="tiny" labelPosition="after" label={t('directory.export.busy')} />}
              </>
            )}
            {error && <ErrorBar error={error} />}
          </DialogContent>
          <DialogActions fluid className="export-actions">
            {result ? (
              <>
                <CopyButton appearance="secondary" label={t('directory.export.copyPath')} text={t('directory.export.copyPath')} copied={t('common.actionsBar.copied')} onCopy={() => copy(result.path)} />
                <Button icon={<FolderOpenRegular />} onClick={() => void attempt(() => showFile(result.path))}>
                  {t('directory.export.show')}
                </Button>
                <Button appearance="primary" onClick={onClose}>
                  {t('directory.export.close')}
                </Button>
              </>
            ) : (
              <>
                <Button onClick={cancel}>
                  {t('directory.export.cancel')}
                </Button>
                <Button appearance="primary" disabledFocusable={busy} onClick={() => void start()}>
                  {t('directory.export.start')}
                </Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
