import { useTranslation } from 'react-i18next'

/** Where the secret goes, by the words of Entra's portal. Moved is the address that Entra does not have yet, if there is one. */
export function EntraSteps({ first, moved }: { first: boolean; moved: string }) {
  const { t } = useTranslation()
  return (
    <ol>
      <li>{t('tokens.rotation.step1')}</li>
      <li>{first || !moved ? t(first ? 'tokens.rotation.step2First' : 'tokens.rotation.step2') : t('tokens.rotation.step2Moved', { address: moved })}</li>
      <li>{t('tokens.rotation.step3')}</li>
    </ol>
  )
}
