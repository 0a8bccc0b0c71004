import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Input, MessageBar, MessageBarBody,
} from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/CopyButton'
import { reach } from '../../lib/address'
import { useReturnedFocus } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { copy, copySecret } from '../../state/clipboard'
import { type Fresh, freshToken } from '../../state/rotation'
import { AddressNote } from './AddressCard'

/** Stands in the shell, so that a page which changes or goes does not take the secret with it. */
export function RotationDialog() {
  const fresh = useObservable(freshToken)
  return fresh && <Shown {...fresh} onClose={() => freshToken.set(null)} />
}

/** Shows a new secret, once. Escape closes it only after copying, since the secret can't be shown again. */
function Shown({ made, replaced, sample, address, onClose }: Fresh & { onClose: () => void }) {
  const { t } = useTranslation()
  useReturnedFocus()
  const [copied, setCopied] = useState(false)
  const [stayed, setStayed] = useState(false)
  const copyNow = async () => {
    const done = await copySecret(made.secret)
    if (done) setCopied(true)
    return done
  }
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && (copied ? onClose() : setStayed(true))}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('tokens.rotation.title')}</DialogTitle>
          <DialogContent className="rotation">
            <p>{t('tokens.rotation.shownOnce')}</p>
            <div className="secret">
              <Input
                readOnly
                aria-label={t('tokens.rotation.secret')}
                value={made.secret}
                input={{ spellCheck: false, autoComplete: 'off' }}
                onFocus={(e) => e.currentTarget.select()}
                onCopy={(e) => {
                  e.preventDefault() // by the same way as the button: counted as copied, and emptied after a minute
                  void copyNow()
                }}
              />
              <CopyButton
                appearance="primary"
                label={t('tokens.rotation.copy')}
                text={t('tokens.rotation.copy')}
                copied={t('common.actionsBar.copied')}
                onCopy={copyNow}
              />
            </div>
            {stayed && !copied && <p role="alert">{t('tokens.rotation.stays')}</p>}
            {copied && <p className="quiet">{t('tokens.rotation.clears')}</p>}
            {replaced && !sample && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('tokens.rotation.oldEnded')}</MessageBarBody>
              </MessageBar>
            )}
            {sample ? (
              <p>{t('tokens.rotation.sampleTakesIt')}</p>
            ) : (
              <>
                <h3>{t('tokens.rotation.url')}</h3>
                {reach(address) === 'https' && (
                  <p className="with-copy">
                    <span className="mono address">{address}</span>
                    <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
                  </p>
                )}
                <AddressNote address={address} />
                <h3>{t('tokens.rotation.steps')}</h3>
                <ol>
                  <li>{t('tokens.rotation.step1')}</li>
                  <li>{t(replaced ? 'tokens.rotation.step2' : 'tokens.rotation.step2First')}</li>
                  <li>{t('tokens.rotation.step3')}</li>
                </ol>
              </>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{copied ? t('tokens.rotation.done') : t('tokens.rotation.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
