import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { ArrowDownloadRegular, CheckmarkCircleFilled, FolderOpenRegular } from '@fluentui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { ExportResult } from '../../api/types'
import { chooseFolder, type Format, showFile } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'

interface SaveFileProps {
  /** What is saved, such as "Save report": on the button, and over what it asks. */
  title: string
  /** What will stand in the file. */
  text?: string
  /** Writes it; folder '' is the one for downloads. */
  save: (format: Format, folder: string) => Promise<ExportResult>
  /** Another folder can be chosen. */
  folders?: boolean
  onClose: () => void
}

export interface SaveButtonProps extends Omit<SaveFileProps, 'onClose'> {
  appearance?: 'primary' | 'secondary' | 'subtle'
  /** There is nothing to save yet. */
  disabled?: boolean
}

/** The button that a file is saved by; it asks how first. */
export function SaveButton({ appearance = 'secondary', disabled = false, ...file }: SaveButtonProps) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button size="small" appearance={appearance} icon={<ArrowDownloadRegular />} disabledFocusable={disabled} onClick={() => !disabled && setAsking(true)}>
        {file.title}
      </Button>
      {asking && <SaveFile {...file} onClose={() => setAsking(false)} />}
    </>
  )
}

/** Writes what was worked out or done into a new file, and says where it is. */
function SaveFile({ title, text, save, folders = false, onClose }: SaveFileProps) {
  const { t, i18n } = useTranslation()
  const [format, setFormat] = useState<Format>('csv')
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

  const attempt = async (task: () => Promise<void>) => {
    setError(null)
    try {
      await task()
    } catch (thrown) {
      if (!shown.current) return
      setState((now) => (now === 'busy' ? 'asking' : now))
      setError(toApiError(thrown))
    }
  }
  const start = () =>
    attempt(async () => {
      setState('busy')
      const result = await save(format, folder)
      announce(done(result.count))
      if (shown.current) setState(result)
    })
  const choose = () =>
    attempt(async () => {
      const chosen = await chooseFolder(t('directory.export.chooseTitle'))
      if (chosen !== '' && shown.current) setFolder(chosen)
    })
  const done = (n: number) => t('tools.save.done', { count: n, formatted: n.toLocaleString(i18n.language) })

  const busy = state === 'busy'
  const result = typeof state === 'object' ? state : null
  return (
    <Dialog open modalType={busy ? 'alert' : 'modal'} onOpenChange={(_, { open }) => !open && !busy && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className="export">
            {result ? (
              <>
                <p className="status good">
                  <CheckmarkCircleFilled aria-hidden className="status-icon" /> {done(result.count)}
                </p>
                <p>
                  {t('directory.export.written')} <span className="mono">{result.path}</span>
                </p>
              </>
            ) : (
              <>
                {text && <p>{text}</p>}
                <Field label={t('directory.export.format')}>
                  <RadioGroup layout="horizontal" value={format} disabled={busy} onChange={(_, { value }) => setFormat(value === 'json' ? 'json' : 'csv')}>
                    <Radio value="csv" label={t('directory.export.csv')} />
                    <Radio value="json" label={t('tools.save.json')} />
                  </RadioGroup>
                </Field>
                <div>
                  <h3>{t('directory.export.folder')}</h3>
                  <div className="export-folder">
                    <span className={folder === '' ? undefined : 'mono'}>{folder === '' ? t('directory.export.downloads') : folder}</span>
                    {folders && (
                      <Button size="small" disabled={busy} onClick={() => void choose()}>
                        {t('directory.export.choose')}
                      </Button>
                    )}
                  </div>
                  <p className="quiet small">{t('directory.export.note')}</p>
                </div>
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
                <Button disabled={busy} onClick={onClose}>
                  {t('common.cancel')}
                </Button>
                <Button appearance="primary" disabledFocusable={busy} icon={busy ? <Spinner className="late" size="tiny" /> : null} onClick={() => void start()}>
                  {t('tools.save.save')}
                </Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
