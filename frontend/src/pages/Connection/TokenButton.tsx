import { Button, Spinner } from '@fluentui/react-components'
import { ArrowSyncRegular, KeyRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { rotateToken } from '../../api/wails'
import { Confirm } from '../../components/Confirm'
import { ErrorBar } from '../../components/ErrorBar'
import { freshToken } from '../../state/rotation'
import { useWanted } from '../../state/wanted'

/** Makes a token, or rotates the one there is: that is asked first, since the old one ends at once. */
export function TokenButton({ snapshot: { token, sample, address } }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)

  const make = async () => {
    setWorking(true)
    setError(null)
    try {
      const made = await rotateToken({ leaked: false, force: false, expires: '' })
      setAsking(false)
      freshToken.set({ made, replaced: token.exists, sample, address })
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setWorking(false)
    }
  }

  const begin = () => (token.exists ? setAsking(true) : void make())
  useWanted('connection', begin)

  return (
    <>
      <Button
        appearance={token.exists ? 'secondary' : 'primary'}
        disabledFocusable={working}
        icon={working && !asking ? <Spinner size="tiny" aria-label={t('tokens.rotation.working')} /> : token.exists ? <ArrowSyncRegular /> : <KeyRegular />}
        onClick={begin}
      >
        {t(token.exists ? 'tokens.token.rotate' : 'tokens.token.make')}
      </Button>
      {error && !asking && <ErrorBar error={error} onRetry={() => void make()} />}
      {asking && (
        <Confirm
          title={t('tokens.rotation.askTitle')}
          confirm={t('tokens.rotation.askYes')}
          busy={working}
          error={error}
          onConfirm={() => void make()}
          onClose={() => {
            setAsking(false)
            setError(null)
          }}
        >
          <p>{t('tokens.rotation.askText', { lastFour: token.lastFour })}</p>
          <p>{t(sample ? 'tokens.rotation.askSample' : 'tokens.rotation.askEntra')}</p>
        </Confirm>
      )}
    </>
  )
}
