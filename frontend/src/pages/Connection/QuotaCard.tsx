import { Dropdown, Field, Option } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { QuotaInfo } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useHere } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { bytes } from '../../lib/size'
import { forecast, type Level, levelOf } from '../../lib/tunnel'
import { announce } from '../../state/announcer'
import { connection } from '../../state/connection'
import { OpenPage } from './OpenPage'

const tones = { ok: 'good', high: 'warning', critical: 'bad', over: 'severe' } as const satisfies Record<Level, string>
const plans = ['free', 'hobbyist', 'paid'] as const

/** What of the plan's month is used, by this app's own count, and what is still to come. */
export function QuotaCard({ quota, off, here = false }: { quota: QuotaInfo; off: boolean; here?: boolean }) {
  const { t, i18n } = useTranslation()
  const title = useHere(here)
  const { working, failed } = useObservable(connection.state)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const level = levelOf(quota)
  const limited = quota.requestLimit > 0 || quota.byteLimit > 0
  const { cycle, month } = forecast(quota)
  const plan = plans.find((one) => one === quota.plan) ?? 'free'
  const choose = async (value: string | undefined) => {
    if (value && value !== plan && (await connection.choose('plan', { plan: value }))) announce(t('connection.done.saved'))
  }
  return (
    <section className="card" aria-labelledby="quota-title">
      <div className="part-head">
        <h2 ref={title} id="quota-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('connection.quota.title')}</h2>
        <span className="spring" />
        {limited && <Status tone={tones[level]} word={t(`connection.quota.levels.${level}`, { percent: number(Math.floor(quota.percent)) })} />}
      </div>
      {limited ? (
        <>
          <Meter name={t('connection.quota.requests')} used={quota.requests} limit={quota.requestLimit} show={number} />
          <Meter name={t('connection.quota.bytes')} used={quota.bytes} limit={quota.byteLimit} show={(n) => bytes(n, i18n.language)} />
        </>
      ) : (
        <p>{t('connection.quota.unlimited', { requests: number(quota.requests), size: bytes(quota.bytes, i18n.language) })}</p>
      )}
      {level !== 'ok' && <p>{t(`connection.quota.advice.${level}`)}</p>}
      {cycle !== 'none' && <p>{t(`connection.quota.cycle.${cycle}`, { count: quota.people, people: number(quota.people), requests: number(quota.cycleRequests), limit: number(quota.requestLimit) })}</p>}
      {month !== 'none' && <p>{t(`connection.quota.month.${month}`, { requests: number(quota.monthEnd) })}</p>}
      <p className="quiet small">{t('connection.quota.own')}</p>
      <div className="connection-line">
        <Field className="connection-plan-field" label={t('connection.quota.plan')} orientation="horizontal">
          <Dropdown className="connection-plan" disabled={off || (working !== null && working !== 'plan')} value={t(`connection.quota.plans.${plan}`)} selectedOptions={[plan]} onOptionSelect={(_, { optionValue }) => void choose(optionValue)}>
            {plans.map((one) => (
              <Option key={one} value={one}>
                {t(`connection.quota.plans.${one}`)}
              </Option>
            ))}
          </Dropdown>
        </Field>
        {level !== 'ok' && <OpenPage page="ngrok-pricing" word={t('connection.quota.openPlans')} />}
      </div>
      {failed?.work === 'plan' && <ErrorBar error={failed.error} />}
    </section>
  )
}

/** How much of a limit is used, as a bar with its numbers. Marks stand where the warnings begin. */
function Meter({ name, used, limit, show }: { name: string; used: number; limit: number; show: (n: number) => string }) {
  const { t } = useTranslation()
  if (limit <= 0) return null
  const share = Math.min(1, used / limit)
  const text = t('connection.quota.of', { used: show(used), limit: show(limit) })
  const level = share >= 0.9 ? 'critical' : share >= 0.7 ? 'high' : 'ok'
  return (
    <div className="meter">
      <div className="meter-words">
        <span>{name}</span>
        <span>{text}</span>
      </div>
      <div className={`meter-bar ${level}`} role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(used, limit)} aria-valuetext={text}>
        <div style={{ inlineSize: `${share * 100}%` }} />
      </div>
    </div>
  )
}
