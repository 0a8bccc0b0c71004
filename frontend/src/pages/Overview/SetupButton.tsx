import { Button } from '@fluentui/react-components'
import { TaskListLtrRegular } from '@fluentui/react-icons'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useObservable } from '../../lib/observable'
import { visit } from '../../shell/focus'
import { guideStore } from '../../state/guide'

/** Leads to the set-up guide, where it was left. */
export function SetupButton({ store }: { store: string }) {
  const { t } = useTranslation()
  const { guide } = useObservable(guideStore.view)
  useEffect(() => void guideStore.load(store), [store])
  const begun = guide?.store === store && guide.steps.some(({ since }) => since !== '')
  return (
    <Button icon={<TaskListLtrRegular />} title={t('setup.start.text')} onClick={() => visit({ page: 'setup' })}>
      {t(begun ? 'setup.start.continue' : 'setup.start.open')}
    </Button>
  )
}
