import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, MessageBar, MessageBarBody,
} from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { reach } from '../../lib/address'
import { useReturnedFocus } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { copy } from '../../state/clipboard'
import { type Fresh, freshClient, freshToken, watched } from '../../state/rotation'
import { AddressNote } from './AddressCard'
import { ClientDialog } from './ClientDialog'
import { EntraSteps } from './EntraSteps'
import { RotationWatch } from './RotationWatch'
import { Secret, useSecret } from './Secret'

/** Stands in the shell, so that a page which changes or goes does not take a secret with it. */
export function RotationDialog({ snapshot }: { snapshot: Snapshot }) {
  const fresh = useObservable(freshToken)
  const client = useObservable(freshClient)
  const watching = useObservable(watched)
  const close = () => {
    freshToken.set(null)
    watched.set(false)
  }
  if (client) return <ClientDialog made={client} address={snapshot.address} onClose={() => freshClient.set(null)} />
  if (fresh && (fresh.sample || fresh.before !== 'goesOn')) return <Shown key={fresh.made.token.id} {...fresh} moved={snapshot.changed.new} onClose={close} />
  if (fresh || (watching && snapshot.token.exists)) return <RotationWatch key={fresh?.made.token.id ?? ''} fresh={fresh} snapshot={snapshot} onClose={close} />
  return null
}

/** Shows a new secret, once, where there is no old token to look after. Escape closes it only after copying, since the secret can't be shown again. */
function Shown({ made, before, sample, address, moved, onClose }: Fresh & { moved: string; onClose: () => void }) {
  const { t } = useTranslation()
  useReturnedFocus()
  const secret = useSecret(made.secret)
  const ended = before === 'ended' && !sample
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && (secret.copied ? onClose() : secret.stay())}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('tokens.rotation.title')}</DialogTitle>
          <DialogContent className="rotation">
            <p>{t('tokens.rotation.shownOnce')}</p>
            <Secret {...secret} label={t('tokens.rotation.secret')} copyWord={t('tokens.rotation.copy')} />
            {ended && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('tokens.rotation.oldEnded')}</MessageBarBody>
              </MessageBar>
            )}
            {sample ? (
              <p>{t('tokens.rotation.sampleTakesIt')}</p>
            ) : (
              <>
                <TenantUrl address={address} />
                <h3>{t('tokens.rotation.steps')}</h3>
                <EntraSteps first={!ended} moved={moved} />
              </>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{secret.copied ? t('tokens.rotation.done') : t('tokens.rotation.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

/** What stands in Entra above the secret. */
function TenantUrl({ address }: { address: string }) {
  const { t } = useTranslation()
  return (
    <>
      <h3>{t('tokens.rotation.url')}</h3>
      {reach(address) === 'https' && (
        <p className="with-copy">
          <span className="mono address">{address}</span>
          <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
        </p>
      )}
      {reach(address) !== 'https' && <AddressNote address={address} />}
    </>
  )
}
