import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Spinner } from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { editPerson } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { announce } from '../../state/announcer'
import { go } from '../../state/route'
import { draftOf, editOf } from './draft'
import { PersonForm } from './PersonForm'

/** Makes somebody whom Entra has not written, and shows them. */
export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(() => draftOf(null))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  useReturnedFocus()
  const ready = draft.values.userName.trim() !== ''

  const save = async (e: FormEvent) => {
    e.preventDefault()
    if (busy || !ready) return
    setBusy(true)
    setError(null)
    try {
      const made = await editPerson(editOf(draft, null))
      announce(t('people.new.done', { name: made.name }))
      onClose()
      go({ page: 'people', id: made.id })
    } catch (thrown) {
      setError(toApiError(thrown))
      setBusy(false)
    }
  }
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && !busy && onClose()}>
      <DialogSurface>
        <form onSubmit={(e) => void save(e)}>
          <DialogBody>
            <DialogTitle>{t('people.new.title')}</DialogTitle>
            <DialogContent className="new-person">
              <p className="quiet">{t('people.new.text')}</p>
              <PersonForm draft={draft} onDraft={setDraft} whole managerName="" disabled={busy} />
              {error && <ErrorBar error={error} />}
            </DialogContent>
            <DialogActions>
              <Button disabled={busy} onClick={onClose}>
                {t('common.cancel')}
              </Button>
              <Button appearance="primary" type="submit" disabledFocusable={busy || !ready} icon={busy ? <Spinner size="tiny" /> : null}>
                {t('people.new.make')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}
