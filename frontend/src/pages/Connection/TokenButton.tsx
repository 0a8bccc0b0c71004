import { Button, Spinner } from '@fluentui/react-components'
import { ArrowSyncRegular, KeyRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { rotateToken } from '../../api/wails'
import { Confirm } from '../../components/Confirm'
import { ErrorBar } from '../../components/ErrorBar'
import { isRotating } from '../../lib/evidence'
import { freshToken, watched } from '../../state/rotation'
import { useWanted } from '../../state/wanted'

/** Makes a token, or rotates the one there is, at once: the old one goes on until Entra has the new one, but where the target has one at a time. While two are accepted it shows how that stands. */
export function TokenButton({ snapshot, isNext = true }: { snapshot: Snapshot; isNext?: boolean }) {
  const { token, sample, address, oneToken } = snapshot
  const { t } = useTranslation()
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const [asking, setAsking] = useState(false)
  const rotating = isRotating(snapshot)

  const make = async () => {
    setWorking(true)
    setError(null)
    try {
      const made = await rotateToken({ leaked: false, force: false, expires: '' })
      setAsking(false)
      freshToken.set({ made, before: !token.exists ? 'none' : oneToken ? 'ended' : 'goesOn', sample, address })
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setWorking(false)
    }
  }

  const begin = () => {
    if (rotating) watched.set(true)
    else if (oneToken && token.exists && !sample) setAsking(true)
    else if (!working) void make()
  }
  useWanted('connection', begin)

  return (
    <>
      <Button
        appearance={!isNext || (token.exists && !rotating) ? 'secondary' : 'primary'}
        disabledFocusable={working}
        icon={working ? <Spinner size="tiny" aria-label={t('tokens.rotation.working')} /> : token.exists ? <ArrowSyncRegular /> : <KeyRegular />}
        onClick={begin}
      >
        {t(rotating ? 'tokens.token.goOn' : token.exists ? 'tokens.token.rotate' : 'tokens.token.make')}
      </Button>
      {asking && (
        <Confirm title={t('tokens.rotation.endsTitle')} confirm={t('tokens.rotation.endsYes')} busy={working} error={error} onConfirm={() => void make()} onClose={() => setAsking(false)}>
          <p>{t('tokens.rotation.endsText', { lastFour: token.lastFour })}</p>
        </Confirm>
      )}
      {error && !asking && <ErrorBar error={error} onRetry={() => void make()} />}
    </>
  )
}
