import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { NewOAuthClient } from '../../api/types'
import { useReturnedFocus } from '../../lib/focus'
import { ClientFields } from './OAuthCard'
import { Secret, useSecret } from './Secret'

/** Shows a client's secret, once, beside what else Entra asks for. */
export function ClientDialog({ made, address, onClose }: { made: NewOAuthClient; address: string; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnedFocus()
  const secret = useSecret(made.secret)
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && (secret.copied ? onClose() : secret.stay())}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('tokens.oauth.madeTitle')}</DialogTitle>
          <DialogContent className="rotation">
            <p>{t('tokens.oauth.shownOnce')}</p>
            <h3>{t('tokens.oauth.secret')}</h3>
            <Secret {...secret} label={t('tokens.oauth.secret')} copyWord={t('tokens.oauth.copySecret')} />
            <ClientFields client={made.client} address={address} />
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{secret.copied ? t('tokens.rotation.done') : t('tokens.rotation.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
