import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuthtokenInfo } from '../../api/types'
import { Confirm } from '../../components/Confirm'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { connection } from '../../state/connection'
import { AuthtokenForm } from './AuthtokenForm'
import { OpenPage } from './OpenPage'

const places = ['keychain', 'file', 'environment', 'memory'] as const

/** Where the authtoken is kept, another in its place, and how it is forgotten. The token itself is never here. */
export function AuthtokenPart({ authtoken, off, onSaved }: { authtoken: AuthtokenInfo; off: boolean; onSaved: () => void }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const [asking, setAsking] = useState(false)
  const place = places.find((one) => one === authtoken.place)
  const forget = async () => {
    if (!(await connection.forgetToken())) return
    setAsking(false)
    announce(t('connection.done.forget'))
  }
  if (place === 'environment') return <p>{t('connection.authtoken.places.environment')}</p>
  return (
    <div className="connection-form">
      {place && <p>{t(`connection.authtoken.places.${place}`)}</p>}
      <AuthtokenForm authtoken={authtoken} off={off} onSaved={onSaved} />
      <div className="buttons">
        <OpenPage page="ngrok-authtoken" word={t('connection.setup.openToken')} size="small" />
        <Button size="small" disabledFocusable={off || !authtoken.exists} onClick={() => setAsking(true)}>
          {t('connection.authtoken.forget')}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={t('connection.authtoken.forgetTitle')}
          confirm={t('connection.authtoken.forget')}
          busy={working === 'forget'}
          error={failed?.work === 'forget' ? failed.error : null}
          onConfirm={() => void forget()}
          onClose={() => setAsking(false)}
        >
          <p>{t('connection.authtoken.forgetText')}</p>
        </Confirm>
      )}
    </div>
  )
}
