import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Reference } from '../../api/types'
import { Status } from '../../components/Status'
import { deedKey } from '../../lib/deeds'
import { ago, moment } from '../../lib/time'
import { useNow } from '../../lib/now'
import { hashOf } from '../../state/route'
import { pageOf, stateOf, stateTones } from './kind'

/** Icon and word of a state. Unsure: as it was when the backend last answered, which is never shown as good. */
export function StateMark({ state, unsure = false }: { state: string; unsure?: boolean }) {
  const { t } = useTranslation()
  const known = stateOf(state)
  const mark = <Status tone={unsure ? 'unknown' : stateTones[known]} word={t(`directory.states.${known}`)} />
  return unsure ? <span title={t('directory.asLastKnown')}>{mark}</span> : mark
}

/** "2 hours ago, updated", renewed as time goes by. */
export function LastChange({ at, action }: { at: string; action: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  if (at === '') return null
  return (
    <span title={moment(at, i18n.language)}>
      {t('directory.changed', { ago: ago(at, i18n.language, now), action: t(deedKey(action)) })}
    </span>
  )
}

/** A name that leads to the person or group; where nobody has the id, the id and that it is not here. */
export function ReferenceLink({ to }: { to: Reference }) {
  const { t } = useTranslation()
  if (!to.found) {
    return (
      <span>
        <span className="mono">{to.id}</span> <span className="quiet">({t('directory.profile.notFound')})</span>
      </span>
    )
  }
  return (
    <Link href={hashOf({ page: pageOf(to.type), id: to.id })}>
      <bdi>{to.name || to.id}</bdi>
    </Link>
  )
}
