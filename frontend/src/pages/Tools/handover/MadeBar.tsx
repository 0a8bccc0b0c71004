import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { DismissRegular, FolderOpenRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../../api/errors'
import { showFile } from '../../../api/wails'
import { ErrorBar } from '../../../components/ErrorBar'
import type { HandoverView } from '../../../state/handover'

/** What was just made, and where it is. */
export function MadeBar({ made: { what, info }, onClose }: { made: NonNullable<HandoverView['made']>; onClose: () => void }) {
  const { t } = useTranslation()
  const [error, setError] = useState<ApiError | null>(null)
  const [first] = info.files
  const show = async (path: string) => {
    setError(null)
    try {
      await showFile(path)
    } catch (thrown) {
      setError(toApiError(thrown))
    }
  }
  const key = what === 'next' && info.seq === 0 ? 'none' : what
  return (
    <>
      <MessageBar intent={key === 'none' ? 'info' : 'success'} layout="multiline">
        <MessageBarBody>
          {t(`handover.made.${key}`, { seq: info.seq })}
          <Files files={info.files} />
        </MessageBarBody>
        <MessageBarActions containerAction={<Button appearance="transparent" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={onClose} />}>
          {first && (
            <Button icon={<FolderOpenRegular />} onClick={() => void show(first)}>
              {t('directory.export.show')}
            </Button>
          )}
        </MessageBarActions>
      </MessageBar>
      {error && <ErrorBar error={error} />}
    </>
  )
}

/** Where files are. */
export function Files({ files }: { files: readonly string[] }) {
  return files.length === 0 ? null : (
    <ul className="handover-files">
      {files.map((path) => (
        <li key={path} className="mono">
          <bdi>{path}</bdi>
        </li>
      ))}
    </ul>
  )
}
