import { Button, Spinner } from '@fluentui/react-components'
import { ArrowSyncRegular, KeyRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { NewToken, Snapshot } from '../../api/types'
import { rotateToken } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { when } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { RotationDialog } from './RotationDialog'

/** The two values that go into Entra. */
export function Setup({ snapshot }: { snapshot: Snapshot }) {
  const { t, i18n } = useTranslation()
  const [working, setWorking] = useState(false)
  const [fresh, setFresh] = useState<{ made: NewToken; replaced: boolean } | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const { token } = snapshot

  const rotate = async () => {
    setWorking(true)
    setError(null)
    try {
      setFresh({ made: await rotateToken(), replaced: token.exists })
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setWorking(false)
    }
  }

  return (
    <section className="card" aria-labelledby="setup-title">
      <h2 id="setup-title">{t('connection.setup.title')}</h2>
      <dl className="fields">
        <dt>{t('connection.setup.address')}</dt>
        <dd>
          <span className="mono address">{snapshot.address}</span>
          <CopyButton label={t('connection.setup.copyAddress')} copied={t('common.actionsBar.copied')} onCopy={() => copy(snapshot.address)} />
        </dd>
        <dt>{t('connection.setup.token')}</dt>
        <dd>
          <span className="token">
            {token.exists ? (
              <>
                <span>{t('connection.setup.tokenEnding', { lastFour: token.lastFour })}</span>
                <span className="quiet small">
                  {t('connection.setup.tokenMade', { when: when(token.created, i18n.language) })}
                  {', '}
                  {token.lastUsed ? t('connection.setup.tokenUsed', { when: when(token.lastUsed, i18n.language) }) : t('connection.setup.tokenUnused')}
                </span>
              </>
            ) : (
              <span>{t('connection.setup.tokenNone')}</span>
            )}
          </span>
          <Button
            appearance={token.exists ? 'secondary' : 'primary'}
            disabledFocusable={working}
            icon={working ? <Spinner size="tiny" aria-label={t('connection.rotation.working')} /> : token.exists ? <ArrowSyncRegular /> : <KeyRegular />}
            onClick={() => void rotate()}
          >
            {token.exists ? t('connection.setup.rotate') : t('connection.setup.make')}
          </Button>
        </dd>
      </dl>
      {error && <ErrorBar error={error} onRetry={() => void rotate()} />}
      {fresh && <RotationDialog made={fresh.made} replaced={fresh.replaced} onClose={() => setFresh(null)} />}
    </section>
  )
}
