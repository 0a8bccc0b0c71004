import { useTranslation } from 'react-i18next'

export function SettingsPage() {
  const { t } = useTranslation()
  return <h2>{t('shell.pages.settings')}</h2>
}
