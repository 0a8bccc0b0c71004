import { useTranslation } from 'react-i18next'

export function GroupsPage() {
  const { t } = useTranslation()
  return <h2>{t('shell.pages.groups')}</h2>
}
