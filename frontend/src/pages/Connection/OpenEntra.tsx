import { useTranslation } from 'react-i18next'
import { OpenPage } from './OpenPage'

type Size = 'small' | 'medium'

/** Opens Entra's admin center in the browser. */
export function OpenEntra({ size = 'medium' }: { size?: Size }) {
  const { t } = useTranslation()
  return <OpenPage page="entra" word={t('connection.entra.open')} size={size} />
}
