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
          <DialogTitle>{t('connection.rotation.title')}</DialogTitle>
          <DialogContent className="rotation">
            <p>{t('connection.rotation.shownOnce')}</p>
            <div className="secret">
              <Input
                readOnly
                aria-label={t('connection.rotation.secret')}
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
                label={t('connection.rotation.copy')}
                text={t('connection.rotation.copy')}
                copied={t('common.actionsBar.copied')}
                onCopy={copyNow}
              />
            </div>
            {stayed && !copied && <p role="alert">{t('connection.rotation.stays')}</p>}
            {copied && <p className="quiet">{t('connection.rotation.clears')}</p>}
            {replaced && !sample && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('connection.rotation.oldEnded')}</MessageBarBody>
              </MessageBar>
            )}
            {sample ? (
              <p>{t('connection.rotation.sampleTakesIt')}</p>
            ) : (
              <>
                <h3>{t('connection.rotation.url')}</h3>
                {reach(address) === 'https' && (
                  <p className="with-copy">
                    <span className="mono address">{address}</span>
                    <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
                  </p>
                )}
                <AddressNote address={address} />
                <h3>{t('connection.rotation.steps')}</h3>
                <ol>
                  <li>{t('connection.rotation.step1')}</li>
                  <li>{t(replaced ? 'connection.rotation.step2' : 'connection.rotation.step2First')}</li>
                  <li>{t('connection.rotation.step3')}</li>
                </ol>
              </>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{copied ? t('connection.rotation.done') : t('connection.rotation.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
