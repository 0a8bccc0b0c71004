import { useTranslation } from 'react-i18next'
import { PageHead } from '../../components/PageHead'
import type { PageProps } from '../../shell/page'

/** The set-up guide: from nothing to the first cycle, ticked by what the server sees. */
export function SetupPage(_: PageProps) {
  const { t } = useTranslation()
  return <PageHead title={t('shell.pages.setup')} />
}
