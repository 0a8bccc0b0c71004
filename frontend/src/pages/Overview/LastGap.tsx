import { useTranslation } from 'react-i18next'
import type { Gap } from '../../api/types'
import { moment, when } from '../../lib/time'
import { causeOf, gapSize, lasted } from '../../lib/tunnel'

/** The last time in which Entra came in vain, why, and what to do about it. What lasts is told by the chain. */
export function LastGap({ gap }: { gap: Gap }) {
  const { t, i18n } = useTranslation()
  const size = gapSize(gap)
  if (!gap.from || !gap.to || size === 'unseen') return null
  const span = t('connection.gaps.span', { from: when(gap.from, i18n.language), to: when(gap.to, i18n.language) })
  return (
    <p className="chain-note">
      <strong title={moment(gap.from, i18n.language)}>{t('overview.gap', { span, lasted: lasted(gap.seconds, i18n.language) })}</strong> {t(`connection.gaps.causes.${causeOf(gap)}`)} {t(`connection.gaps.sizes.${size}`)}
    </p>
  )
}
