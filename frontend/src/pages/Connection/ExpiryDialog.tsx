import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { TokenInfo } from '../../api/types'
import { setTokenExpiry } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { announce } from '../../state/announcer'
import { dayOf, endOfDay } from '../../state/tokens'

const day = 24 * 60 * 60_000

/** Has the token end at a date, after saying what that does to Entra. */
export function ExpiryDialog({ token, onClose }: { token: TokenInfo; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnedFocus()
  const [date, setDate] = useState(token.expires ? dayOf(new Date(token.expires)) : '')
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const first = dayOf(new Date(Date.now() + day))
  const early = date !== '' && date < first
  const save = async (at: string) => {
    setWorking(true)
    setError(null)
    try {
      await setTokenExpiry(at)
      announce(t(at ? 'tokens.expiry.saved' : 'tokens.expiry.removed'))
      onClose()
    } catch (thrown) {
      setError(toApiError(thrown))
      setWorking(false)
    }
  }
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && !working && onClose()}>
      <DialogSurface>
        <form
          onSubmit={(e) => {
            e.preventDefault()
            if (endOfDay(date) && !early) void save(endOfDay(date))
          }}
        >
          <DialogBody>
            <DialogTitle>{t('tokens.expiry.title')}</DialogTitle>
            <DialogContent className="rotation">
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('tokens.expiry.warning')}</MessageBarBody>
              </MessageBar>
              <Field label={t('tokens.expiry.date')} hint={t('tokens.expiry.hint')} validationMessage={early ? t('tokens.expiry.early') : null}>
                <Input type="date" min={first} value={date} onChange={(_, data) => setDate(data.value)} />
              </Field>
              {error && <ErrorBar error={error} />}
            </DialogContent>
            <DialogActions>
              <Button disabled={working} onClick={onClose}>
                {t('common.cancel')}
              </Button>
              {token.expires && (
                <Button disabledFocusable={working} onClick={() => void save('')}>
                  {t('tokens.expiry.remove')}
                </Button>
              )}
              <Button type="submit" appearance="primary" disabledFocusable={working || early || endOfDay(date) === ''}>
                {t('tokens.expiry.save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  )
}
