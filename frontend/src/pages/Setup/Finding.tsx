import { Button, Link, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { errorKey } from '../../api/errors'
import type { Guide, GuideStep, Snapshot } from '../../api/types'
import { Status } from '../../components/Status'
import { detailOf, type GuideDetail, type GuideStepName, mendedIn, waiting } from '../../lib/guide'
import { useNow } from '../../lib/now'
import { ago, moment, when } from '../../lib/time'
import { visit } from '../../shell/focus'
import { hashOf } from '../../state/route'
import { stepName } from '../../state/check'

/** What is wrong, or worth knowing, of a step, and where that is mended. */
export function Finding({ step, guide, snapshot, unsure }: { step: GuideStep; guide: Guide; snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const detail = detailOf(step.detail)
  if (!detail || unsure) return null
  const to = mendedIn[detail]
  const value = valueOf(detail)
  function valueOf(code: GuideDetail): string {
    if (code === 'TUNNEL_DOWN') return step.value ? t(`${errorKey(step.value)}.text`) : ''
    if (code === 'CHECK_FAILED') return t(`check.steps.${stepName(step.value)}`)
    if (code === 'QUIET' || code === 'LOCAL_ONLY') return when(step.value, i18n.language)
    return step.value
  }
  const key = detail === 'REFUSED_TOKEN' && !step.value ? 'REFUSED_STRANGER' : detail
  return (
    <MessageBar intent={step.state === 'trouble' ? 'warning' : 'info'} layout="multiline">
      <MessageBarBody>
        <span className="setup-finding">{t(`setup.details.${key}`, { value, address: guide.address, token: snapshot.token.lastFour, count: Number(step.value) || 0 })}</span>
        {step.at && step.state === 'trouble' && <span className="quiet small"> {ago(step.at, i18n.language, now)}</span>}
      </MessageBarBody>
      {((to && to !== step.id) || step.request > 0) && (
        <MessageBarActions>
          {to && to !== step.id && (
            <Button size="small" onClick={() => visit({ page: 'setup', id: to })}>
              {t('setup.goTo', { step: t(`setup.steps.${to}.title`) })}
            </Button>
          )}
          {step.request > 0 && (
            <Button size="small" onClick={() => visit({ page: 'activity', id: String(step.request) })}>
              {t('setup.showRequest')}
            </Button>
          )}
        </MessageBarActions>
      )}
    </MessageBar>
  )
}

/** By what a step is done. */
export function Seen({ step, id }: { step: GuideStep; id: GuideStepName }) {
  const { t, i18n } = useTranslation()
  if (step.detail || step.by !== 'seen' || !waiting.includes(id)) return null
  const named = step.value !== '' && ['on-demand', 'start', 'group'].includes(id)
  return (
    <p className="setup-seen">
      <Status tone="good" word={named ? t('setup.seenOf', { value: step.value }) : t(id === 'cycle' ? 'setup.seenCycle' : 'setup.seen')} />
      {step.at && (
        <time className="quiet" dateTime={step.at} title={moment(step.at, i18n.language)}>
          {when(step.at, i18n.language)}
        </time>
      )}
      {step.request > 0 && <Link href={hashOf({ page: 'activity', id: String(step.request) })}>{t('setup.showRequest')}</Link>}
    </p>
  )
}
