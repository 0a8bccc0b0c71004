import { useTranslation } from 'react-i18next'
import { useObservable } from '../../lib/observable'
import { connection } from '../../state/connection'
import { OpenPage } from './OpenPage'
import { SaveForm, TextField } from './SaveForm'

/** A domain of the admin's choice, and a proxy on the way to ngrok. Both are for few, so both may stay empty. */
export function NgrokForm({ off }: { off: boolean }) {
  const { t } = useTranslation()
  const { saved } = useObservable(connection.state)
  const moves = saved !== null && saved.address !== '' && connection.value('domain').trim() !== saved.settings.domain
  return (
    <SaveForm form="ngrok" off={off}>
      <TextField name="domain" off={off} />
      {moves && <p className="settings-note">{t('connection.ngrok.moves')}</p>}
      <div className="buttons">
        <OpenPage page="ngrok-domains" word={t('connection.ngrok.openDomains')} size="small" />
      </div>
      <TextField name="proxy" off={off} />
    </SaveForm>
  )
}
