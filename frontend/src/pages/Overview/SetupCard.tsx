import { Button } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { finished, guideSteps } from '../../lib/guide'
import { useObservable } from '../../lib/observable'
import { visit } from '../../shell/focus'
import { guideStore } from '../../state/guide'

/** Leads to the set-up guide, where it was left; nothing once the admin has put it away. */
export function SetupCard({ store }: { store: string }) {
  const { t } = useTranslation()
  const { guide } = useObservable(guideStore.view)
  useEffect(() => void guideStore.load(store), [store])
  const known = guide?.store === store ? guide : null
  if (known?.hidden) return null
  const begun = known?.steps.some(({ since }) => since !== '') ?? false
  return (
    <section className="card sample-card" aria-labelledby="setup-card-title">
      <h2 id="setup-card-title">{t('shell.pages.setup')}</h2>
      <p>{t('setup.start.text')}</p>
      {known && begun && <p className="quiet">{t('setup.progress', { done: finished(known), all: guideSteps.length })}</p>}
      <Button appearance="primary" onClick={() => visit({ page: 'setup' })}>
        {t(begun ? 'setup.start.continue' : 'setup.start.open')}
      </Button>
    </section>
  )
}
