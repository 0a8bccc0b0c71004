import { Button, type ButtonProps } from '@fluentui/react-components'
import { OpenRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { openPage, type Page } from '../../api/wails'

/** Where each page is, for whoever has to go there by hand. */
const addresses: Record<Page, string> = {
  entra: 'entra.microsoft.com',
  'entra-usgov': 'entra.microsoft.us',
  'scim-docs': 'learn.microsoft.com',
  ngrok: 'dashboard.ngrok.com/signup',
  'ngrok-authtoken': 'dashboard.ngrok.com/get-started/your-authtoken',
  'ngrok-domains': 'dashboard.ngrok.com/domains',
  'ngrok-agents': 'dashboard.ngrok.com/agents',
  'ngrok-pricing': 'ngrok.com/pricing',
}

/** Opens a page in the browser, and says where it is if that can't be. */
export function OpenPage({ page, word, appearance = 'secondary', size = 'medium' }: { page: Page; word: string } & Pick<ButtonProps, 'appearance' | 'size'>) {
  const { t } = useTranslation()
  const [failed, setFailed] = useState(false)
  const open = () => openPage(page).then(() => setFailed(false), () => setFailed(true))
  return (
    <>
      <Button icon={<OpenRegular />} appearance={appearance} size={size} onClick={() => void open()}>
        {word}
      </Button>
      {failed && (
        <span role="alert" className="small">
          {t('connection.openFailed', { address: addresses[page] })}
        </span>
      )}
    </>
  )
}
