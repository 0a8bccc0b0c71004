import { useTranslation } from 'react-i18next'

/** Where the secret goes, by the words of Entra's portal. */
export function EntraSteps({ first }: { first: boolean }) {
  const { t } = useTranslation()
  return (
    <ol>
      <li>{t('tokens.rotation.step1')}</li>
      <li>{t(first ? 'tokens.rotation.step2First' : 'tokens.rotation.step2')}</li>
      <li>{t('tokens.rotation.step3')}</li>
    </ol>
  )
}
