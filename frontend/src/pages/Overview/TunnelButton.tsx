import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorKey, toApiError } from '../../api/errors'
import { reconnect, startTunnel } from '../../api/wails'

/** Opens the tunnel, or drops what is left of it and connects anew. What comes of it is seen in the chain. */
export function TunnelButton({ deed }: { deed: 'start' | 'reconnect' }) {
  const { t } = useTranslation()
  const [working, setWorking] = useState(false)
  const [failed, setFailed] = useState('')
  const run = async () => {
    setWorking(true)
    setFailed('')
    try {
      await (deed === 'start' ? startTunnel() : reconnect())
    } catch (thrown) {
      setFailed(toApiError(thrown).code)
    } finally {
      setWorking(false)
    }
  }
  return (
    <>
      {failed && (
        <span role="alert" className="small">
          {t(`${errorKey(failed)}.text`)} <span className="code">{failed}</span>
        </span>
      )}
      <Button disabledFocusable={working} onClick={() => void run()}>
        {t(`overview.remedies.${deed}`)}
      </Button>
    </>
  )
}
