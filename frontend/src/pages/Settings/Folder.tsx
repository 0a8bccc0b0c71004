import { Button, Spinner } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { FolderInfo } from '../../api/types'
import { chooseFolder, folder, useFolder as takeFolder } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { Section } from './Section'
import './settings.css'

export interface FolderProps {
  here: string
  sample: boolean
  unsure: boolean
}

/** Which data folder is used, and the way to another. */
export function Folder({ here, sample, unsure }: FolderProps) {
  const { t } = useTranslation()
  return (
    <Section id="folder" title={t('settings.folder.title')} here={here}>
      <p className="quiet">{t('settings.folder.text')}</p>
      <FolderChoice sample={sample} off={sample || unsure} />
    </Section>
  )
}

export interface FolderChoiceProps {
  sample: boolean
  off: boolean
  /** Another folder is open now. */
  onOpened?: () => void
  /** Another folder is being chosen and opened, or no more. */
  onBusy?: (busy: boolean) => void
}

/** The folder's path, and a button to use another, which also stands where none could be opened. */
export function FolderChoice({ sample, off, onOpened, onBusy }: FolderChoiceProps) {
  const { t } = useTranslation()
  const [info, setInfo] = useState<FolderInfo | null>(null)
  const [busy, setBusy] = useState(false)
  const [opening, setOpening] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const [full, setFull] = useState('')
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let shown = true
    folder().then(
      (now) => shown && setInfo(now),
      (thrown) => shown && setError(toApiError(thrown)),
    )
    return () => {
      shown = false
    }
  }, [turn])

  const change = async (pick: () => Promise<string>) => {
    setBusy(true)
    onBusy?.(true)
    setError(null)
    let chosen = cancelled
    try {
      chosen = await pick()
      if (chosen !== cancelled) {
        setOpening(true)
        await takeFolder(chosen)
        announce(t('settings.folder.opened'))
        setTurn((n) => n + 1)
        onOpened?.()
      }
    } catch (thrown) {
      setError(toApiError(thrown))
      setFull(chosen)
    }
    setOpening(false)
    setBusy(false)
    onBusy?.(false)
  }

  if (!info) return error ? <ErrorBar error={error} onRetry={() => { setError(null); setTurn((n) => n + 1) }} /> : <div className="bone" />
  const isFixed = info.by === 'flag' || info.by === 'environment'
  return (
    <>
      {info.folder && (
        <div className="settings-folder">
          <span className="mono">{info.folder}</span>
          <CopyButton label={t('settings.folder.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(info.folder)} />
        </div>
      )}
      <p className="quiet" id="folder-note">
        {info.by === 'unknown' ? t('settings.folder.unknown') : isFixed ? t(info.by === 'flag' ? 'settings.folder.fixedflag' : 'settings.folder.fixedenvironment') : t(sample ? 'settings.folder.sample' : 'settings.folder.note')}
      </p>
      <div className="buttons">
        <Button
          disabledFocusable={isFixed || off || busy}
          aria-describedby="folder-note"
          icon={opening ? <Spinner size="extra-tiny" /> : null}
          onClick={() => void change(async () => (await chooseFolder(t('settings.folder.choose'))) || cancelled)}
        >
          {t(opening ? 'settings.folder.opening' : 'settings.folder.other')}
        </Button>
        {(info.by === 'setting' || info.by === 'unknown') && (
          <Button disabledFocusable={off || busy} onClick={() => void change(async () => usual)}>
            {t('settings.folder.usual')}
          </Button>
        )}
      </div>
      {error && <ErrorBar error={error} />}
      {error?.code === 'FOLDER_NOT_EMPTY' && (
        <div className="buttons">
          <Button disabledFocusable={off || busy} onClick={() => void change(async () => `${full}/ScimDesk`)}>
            {t('settings.folder.within')}
          </Button>
        </div>
      )}
    </>
  )
}

const usual = ''
const cancelled = '\0'
