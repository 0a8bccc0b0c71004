import { MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { UserIDPlan } from '../../../api/types'
import { Confirm } from '../../../components/Confirm'
import { useObservable } from '../../../lib/observable'
import type { Convert } from '../../../state/convert'

/** Asks before a plan is carried out: how many, that there is a way back, and what Entra makes of it. */
export function ApplyDialog({ convert, plan, onClose }: { convert: Convert; plan: UserIDPlan; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const { working, failed } = useObservable(convert.view)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const rest = plan.total - plan.change
  return (
    <Confirm
      title={t('convert.apply.title', { count: plan.change, formatted: number(plan.change) })}
      confirm={t('convert.apply.button', { count: plan.change, formatted: number(plan.change) })}
      busy={working === 'apply'}
      error={failed?.work === 'apply' ? failed.error : null}
      onConfirm={() => void convert.apply()}
      onClose={onClose}
    >
      <p>
        {t('convert.apply.text', { count: plan.change, formatted: number(plan.change) })} {rest > 0 && t('convert.apply.rest', { count: rest, formatted: number(rest) })}
      </p>
      <p>{t('convert.apply.undo')}</p>
      <MessageBar intent={plan.matching ? 'warning' : 'info'} layout="multiline">
        <MessageBarBody>{t(plan.matching ? 'convert.matching' : 'convert.apply.matching')}</MessageBarBody>
      </MessageBar>
    </Confirm>
  )
}
