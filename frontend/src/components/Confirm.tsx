import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Spinner } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useReturnedFocus } from '../lib/focus'
import { ErrorBar } from './ErrorBar'

export interface ConfirmProps {
  title: string
  /** What the button that does it says: the deed, not "OK". */
  confirm: string
  busy: boolean
  error: { code: string; message: string } | null
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}

/** Asks before something that can't be taken back. It stays while the deed is under way, and tells in place what failed. */
export function Confirm({ title, confirm, busy, error, onConfirm, onClose, children }: ConfirmProps) {
  const { t } = useTranslation()
  useReturnedFocus()
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && !busy && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className="rotation">
            {children}
            {error && <ErrorBar error={error} />}
          </DialogContent>
          <DialogActions>
            <Button disabled={busy} onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button appearance="primary" disabledFocusable={busy} icon={busy ? <Spinner size="tiny" /> : null} onClick={onConfirm}>
              {confirm}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
