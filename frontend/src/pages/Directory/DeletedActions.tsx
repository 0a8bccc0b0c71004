import { Button } from '@fluentui/react-components'
import { ArrowUndoRegular, DeleteRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { purge, restore } from '../../api/wails'
import { Confirm } from '../../components/Confirm'
import { announce } from '../../state/announcer'
import type { Kind } from './kind'

/** So many are brought back one after the other at most. */
const mostRestored = 1_000

export interface DeletedActionsProps {
  kind: Kind
  /** What is ticked, as it is now. */
  rows: () => Promise<{ id: string; state: string }[]>
  tell: (text: string) => void
  onChanged: () => void
  onFault: (error: ApiError) => void
}

const typeOf = (kind: Kind) => (kind === 'people' ? 'User' : 'Group')

/** What can be done with the deleted ones among all that are ticked: bring them back, or remove them for good. Both ask first, and say of how many. */
export function DeletedActions({ kind, rows, tell, onChanged, onFault }: DeletedActionsProps) {
  const { t, i18n } = useTranslation()
  const [asking, setAsking] = useState<{ deed: 'restore' | 'purge'; ids: string[] } | null>(null)
  const number = (n: number) => n.toLocaleString(i18n.language)

  const ask = async (deed: 'restore' | 'purge') => {
    try {
      const ids = (await rows()).filter((row) => row.state === 'deleted').map((row) => row.id)
      if (ids.length === 0) tell(t('directory.many.none'))
      else if (deed === 'restore' && ids.length > mostRestored) tell(t('directory.many.tooMany', { most: number(mostRestored) }))
      else setAsking({ deed, ids })
    } catch (thrown) {
      onFault(toApiError(thrown))
    }
  }
  return (
    <>
      <Button size="small" icon={<ArrowUndoRegular />} onClick={() => void ask('restore')}>
        {t('directory.deleted.restore')}
      </Button>
      <Button size="small" icon={<DeleteRegular />} onClick={() => void ask('purge')}>
        {t('directory.purge.button')}
      </Button>
      {asking?.deed === 'restore' && <RestoreMany kind={kind} ids={asking.ids} onClose={() => setAsking(null)} onDone={onChanged} />}
      {asking?.deed === 'purge' && <PurgeDialog kind={kind} ids={asking.ids} onClose={() => setAsking(null)} onDone={onChanged} />}
    </>
  )
}

interface ManyProps {
  kind: Kind
  ids: readonly string[]
  onClose: () => void
  onDone: () => void
}

/** Brings deleted ones back. Those who can't come back stay deleted, and the first reason is told. */
function RestoreMany({ kind, ids, onClose, onDone }: ManyProps) {
  const { t, i18n } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const [left, setLeft] = useState(ids)
  const number = (n: number) => n.toLocaleString(i18n.language)

  const doIt = async () => {
    setBusy(true)
    const refused: string[] = []
    let first: ApiError | null = null
    for (const id of left) {
      try {
        await restore(typeOf(kind), id)
      } catch (thrown) {
        first ??= toApiError(thrown)
        refused.push(id)
      }
    }
    setBusy(false)
    const done = left.length - refused.length
    if (done > 0) announce(t('directory.many.restored', { count: done, formatted: number(done) }))
    if (first === null) {
      onDone()
      return
    }
    setError(first)
    setLeft(refused)
  }
  return (
    <Confirm
      title={t(`${kind}.restoreMany`, { count: ids.length, formatted: number(ids.length) })}
      confirm={t('directory.deleted.restore')}
      busy={busy}
      error={error}
      onConfirm={() => void doIt()}
      onClose={error ? onDone : onClose}
    >
      <p>{error ? t('directory.many.refused', { count: left.length, formatted: number(left.length) }) : t(`${kind}.restore.text`)}</p>
    </Confirm>
  )
}

/** Asks before deleted ones are removed for good, and says how many. */
export function PurgeDialog({ kind, ids, name, onClose, onDone }: ManyProps & { name?: string }) {
  const { t, i18n } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const number = (n: number) => n.toLocaleString(i18n.language)

  const doIt = async () => {
    setBusy(true)
    setError(null)
    try {
      const gone = await purge(typeOf(kind), [...ids])
      announce(t('directory.purge.done', { count: gone, formatted: number(gone) }))
      onDone()
    } catch (thrown) {
      setError(toApiError(thrown))
      setBusy(false)
    }
  }
  return (
    <Confirm
      title={name ? t('directory.purge.title', { name }) : t(`${kind}.purgeMany`, { count: ids.length, formatted: number(ids.length) })}
      confirm={t('directory.purge.confirm', { count: ids.length, formatted: number(ids.length) })}
      busy={busy}
      error={error}
      onConfirm={() => void doIt()}
      onClose={onClose}
    >
      <p>{t(`${kind}.purge`)}</p>
    </Confirm>
  )
}
