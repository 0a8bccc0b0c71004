import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/types'
import { useHere } from '../../lib/focus'
import { AuthtokenForm } from './AuthtokenForm'
import { OpenPage } from './OpenPage'

/** What somebody new to ngrok does, in place: an account, its authtoken, and the tunnel is up. */
export function NgrokSetup({ saved, off, here = false }: { saved: Connection; off: boolean; here?: boolean }) {
  const { t } = useTranslation()
  const title = useHere(here)
  return (
    <section className="card steps" aria-labelledby="setup-title">
      <h2 ref={title} id="setup-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('connection.setup.title')}</h2>
      <p>{t('connection.setup.what')}</p>
      <ol>
        <li>
          {t('connection.setup.account')}
          <p className="quiet small">{t('connection.setup.free')}</p>
          <OpenPage page="ngrok" word={t('connection.setup.signUp')} size="small" />
        </li>
        <li>
          {t('connection.setup.find')}
          <p className="quiet small">{t('connection.setup.notKey')}</p>
          <OpenPage page="ngrok-authtoken" word={t('connection.setup.openToken')} size="small" />
        </li>
        <li>
          {t('connection.setup.paste')}
          <AuthtokenForm authtoken={saved.authtoken} off={off} />
        </li>
      </ol>
      <p className="quiet small">{t('connection.setup.after')}</p>
    </section>
  )
}
