import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { restore } from '../../api/wails'
import { Confirm } from '../../components/Confirm'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import type { ChangeList } from '../../state/changes'
import { PurgeDialog } from './DeletedActions'
import { RequestLink } from './HistoryTab'
import type { Kind } from './kind'
import type { Thing } from './RecordPanel'

export interface DeletedNoticeProps {
  kind: Kind
  type: 'User' | 'Group'
  value: Thing
  changes: ChangeList
  onRestored: () => void
  /** They are removed for good. */
  onGone: () => void
}

/** Since when somebody is deleted and by what, and the way back. */
export function DeletedNotice({ kind, type, value, changes, onRestored, onGone }: DeletedNoticeProps) {
  const { t, i18n } = useTranslation()
  const { rows } = useObservable(changes.view)
  const [asking, setAsking] = useState<'no' | 'yes' | 'busy' | 'purge'>('no')
  const [error, setError] = useState<ApiError | null>(null)
  const deletion = rows.find((row) => row.action === 'deleted' && row.resource.id === value.id)
  const at = when(value.deleted || deletion?.at || value.changed, i18n.language)

  const doIt = async () => {
    setAsking('busy')
    setError(null)
    try {
      await restore(type, value.id)
      setAsking('no')
      onRestored()
    } catch (thrown) {
      setAsking('yes')
      setError(toApiError(thrown))
    }
  }

  return (
    <>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          {t(deletion?.origin === 'scim' ? 'directory.deleted.by' : 'directory.deleted.at', { when: at })} {deletion && <RequestLink row={deletion} />}
        </MessageBarBody>
        <MessageBarActions>
          <Button onClick={() => setAsking('yes')}>{t('directory.deleted.restore')}</Button>
          <Button onClick={() => setAsking('purge')}>{t('directory.purge.button')}</Button>
        </MessageBarActions>
      </MessageBar>
      {asking === 'purge' && <PurgeDialog kind={kind} ids={[value.id]} name={value.name || value.id} onClose={() => setAsking('no')} onDone={onGone} />}
      {(asking === 'yes' || asking === 'busy') && (
        <Confirm
          title={t(`${kind}.restore.title`, { name: value.name || value.id })}
          confirm={t('directory.deleted.restore')}
          busy={asking === 'busy'}
          error={error}
          onConfirm={() => void doIt()}
          onClose={() => {
            setAsking('no')
            setError(null)
          }}
        >
          <p>{t(`${kind}.restore.text`)}</p>
        </Confirm>
      )}
    </>
  )
}
