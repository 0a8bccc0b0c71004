import { Button } from '@fluentui/react-components'
import { BeakerRegular } from '@fluentui/react-icons'
import { useTranslation } from 'react-i18next'
import { openSample } from '../../state/sample'

/** For who wants to see the window at work before Entra is set up. */
export function SampleCard() {
  const { t } = useTranslation()
  return (
    <section className="card sample-card" aria-labelledby="sample-title">
      <h2 id="sample-title">{t('sample.card.title')}</h2>
      <p>{t('sample.card.text')}</p>
      <Button icon={<BeakerRegular />} onClick={openSample}>
        {t('sample.card.start')}
      </Button>
    </section>
  )
}
