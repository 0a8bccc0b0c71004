import { Button } from '@fluentui/react-components'
import { OpenRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { openPage } from '../../api/wails'

/** Opens Entra's admin center in the browser. */
export function OpenEntra() {
  const { t } = useTranslation()
  const [failed, setFailed] = useState(false)
  const open = () => openPage('entra').then(() => setFailed(false), () => setFailed(true))
  return (
    <>
      <Button icon={<OpenRegular />} onClick={() => void open()}>
        {t('connection.entra.open')}
      </Button>
      {failed && (
        <span role="alert" className="small">
          {t('connection.entra.openFailed')}
        </span>
      )}
    </>
  )
}
