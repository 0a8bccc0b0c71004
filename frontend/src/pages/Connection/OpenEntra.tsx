import { useTranslation } from 'react-i18next'
import { OpenPage } from './OpenPage'

/** Opens Entra's admin center in the browser. */
export function OpenEntra() {
  const { t } = useTranslation()
  return <OpenPage page="entra" word={t('connection.entra.open')} />
}
