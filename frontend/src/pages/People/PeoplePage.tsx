import { useTranslation } from 'react-i18next'

export function PeoplePage() {
  const { t } = useTranslation()
  return <h2>{t('shell.pages.people')}</h2>
}
