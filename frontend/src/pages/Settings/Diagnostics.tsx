import { Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, mergeClasses, Spinner } from '@fluentui/react-components'
import { CheckmarkCircleFilled, FolderOpenRegular } from '@fluentui/react-icons'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Diagnostics as Bundle, DiagnosticsFile, ExportResult } from '../../api/types'
import { diagnostics, saveDiagnostics, showFile } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { bytes } from '../../lib/size'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import './settings.css'

/** Brings what has just come into view, in a window that it does not fit in. */
const seen = (came: HTMLElement | null) => came?.scrollIntoView({ block: 'nearest' })

/** Files for somebody who is to help: each can be read, and those that are ticked are saved just as they were shown. */
export function Diagnostics({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const [turn, setTurn] = useState(0)
  const [bundle, setBundle] = useState<Bundle | null>(null)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [read, setRead] = useState('')
  const [saving, setSaving] = useState(false)
  const [saved, setSaved] = useState<ExportResult | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const where = useId()
  const shown = useRef(true)
  useReturnedFocus()
  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])
  useEffect(() => {
    let current = true
    diagnostics().then(
      (now) => current && setBundle(now),
      (thrown) => current && setError(toApiError(thrown)),
    )
    return () => {
      current = false
    }
  }, [turn])

  const anew = () => {
    setError(null)
    setSaved(null)
    setBundle(null)
    setTurn((n) => n + 1)
  }
  const names = bundle?.files.map((f) => f.name).filter((name) => !left.has(name)) ?? []
  const isNone = bundle !== null && names.length === 0
  const attempt = async (task: () => Promise<void>) => {
    setError(null)
    try {
      await task()
    } catch (thrown) {
      if (shown.current) setError(toApiError(thrown))
    }
  }
  const done = (n: number) => t('settings.diagnostics.done', { count: n, formatted: n.toLocaleString(i18n.language) })
  const save = async () => {
    if (!bundle || isNone || saving) return
    setSaving(true)
    setSaved(null)
    await attempt(async () => {
      const result = await saveDiagnostics({ id: bundle.id, names })
      announce(done(result.count))
      if (shown.current) setSaved(result)
    })
    if (shown.current) setSaving(false)
  }
  const tick = (name: string, on: boolean) => {
    const next = new Set(left)
    if (on) next.delete(name)
    else next.add(name)
    setLeft(next)
  }

  const open = bundle?.files.find((f) => f.name === read) ?? bundle?.files[0]
  const isGone = error?.code === 'PLAN_GONE'
  return (
    <Dialog open onOpenChange={(_, { open: stays }) => !stays && onClose()}>
      <DialogSurface className="diagnostics">
        <DialogBody>
          <DialogTitle>{t('settings.diagnostics.dialog')}</DialogTitle>
          <DialogContent className="diagnostics-content">
            <p>{t('settings.diagnostics.never')}</p>
            {bundle && open && (
              <div className="diagnostics-files">
                <ul aria-label={t('settings.diagnostics.files')}>
                  {bundle.files.map((f) => (
                    <Row key={f.name} file={f} shown={f === open} ticked={!left.has(f.name)} onTick={(on) => tick(f.name, on)} onRead={() => setRead(f.name)} />
                  ))}
                </ul>
                <div className="diagnostics-open">
                  <div className="diagnostics-head">
                    <h3 className="mono">{open.name}</h3>
                    <span className="quiet small">{bytes(new TextEncoder().encode(open.text).length, i18n.language)}</span>
                    <span className="spring" />
                    <CopyButton label={t('settings.diagnostics.copyFile')} text={t('settings.diagnostics.copyFile')} copied={t('common.actionsBar.copied')} onCopy={() => copy(open.text)} />
                  </div>
                  <pre key={open.name} ref={read === '' ? null : seen} className="diagnostics-text" tabIndex={0} role="region" aria-label={t('settings.diagnostics.text_of', { name: open.name })} lang="en" dir="ltr">
                    {open.text}
                  </pre>
                </div>
              </div>
            )}
            {!bundle && !error && <Spinner className="late" size="tiny" labelPosition="after" label={t('settings.diagnostics.loading')} />}
            {error && <div ref={seen}>{bundle && !isGone ? <ErrorBar error={error} /> : <ErrorBar error={error} onRetry={anew} />}</div>}
            {saved ? (
              <div ref={seen} className="diagnostics-saved">
                <p className="status good">
                  <CheckmarkCircleFilled aria-hidden className="status-icon" /> {done(saved.count)}
                </p>
                <p className="mono">{saved.path}</p>
                <div className="buttons">
                  <CopyButton appearance="secondary" label={t('directory.export.copyPath')} text={t('directory.export.copyPath')} copied={t('common.actionsBar.copied')} onCopy={() => copy(saved.path)} />
                  <Button icon={<FolderOpenRegular />} onClick={() => void attempt(() => showFile(saved.path))}>
                    {t('directory.export.show')}
                  </Button>
                </div>
              </div>
            ) : (
              bundle && (
                <p id={where} className="quiet small">
                  {t(isNone ? 'settings.diagnostics.none' : 'settings.diagnostics.where')}
                </p>
              )
            )}
          </DialogContent>
          <DialogActions fluid className="diagnostics-actions">
            <Button onClick={onClose}>{t('directory.export.close')}</Button>
            <Button
              appearance="primary"
              disabledFocusable={!bundle || isNone || saving || isGone}
              {...(bundle && !saved ? { 'aria-describedby': where } : {})}
              icon={saving ? <Spinner className="late" size="tiny" /> : null}
              onClick={() => void save()}
            >
              {t('settings.diagnostics.save')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

const known = ['README', 'about', 'settings', 'connection', 'tokens', 'requests', 'failures', 'numbers', 'log'] as const

interface RowProps {
  file: DiagnosticsFile
  shown: boolean
  ticked: boolean
  onTick: (on: boolean) => void
  onRead: () => void
}

/** A file in the list: whether it is saved, and a button that shows it. */
function Row({ file, shown, ticked, onTick, onRead }: RowProps) {
  const { t } = useTranslation()
  const about = known.find((name) => file.name.startsWith(`${name}.`)) ?? 'other'
  return (
    <li className={mergeClasses('diagnostics-file', shown && 'shown')}>
      <Checkbox aria-label={t('settings.diagnostics.include', { name: file.name })} checked={ticked} onChange={(_, { checked }) => onTick(checked === true)} />
      <Button appearance="transparent" aria-current={shown ? 'true' : undefined} onClick={onRead}>
        <span className="diagnostics-names">
          <span className="mono">{file.name}</span>
          <span className="quiet small">{t(`settings.diagnostics.about.${about}`)}</span>
        </span>
      </Button>
    </li>
  )
}
