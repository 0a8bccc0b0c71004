import { Accordion, AccordionHeader, AccordionItem, AccordionPanel, Button, Spinner } from '@fluentui/react-components'
import { ArrowSyncRegular, PlayRegular, StopRegular } from '@fluentui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorKey } from '../../api/errors'
import type { Connection, TunnelInfo } from '../../api/types'
import { Confirm } from '../../components/Confirm'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useNow } from '../../lib/now'
import { useHere } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { ago, moment, when } from '../../lib/time'
import { deedOf, lasted, stateOf, tunnelTones } from '../../lib/tunnel'
import { announce, announceLoss, announceNews } from '../../state/announcer'
import { connection } from '../../state/connection'
import { AuthtokenPart } from './AuthtokenPart'
import { EdgePart } from './EdgePart'
import { NgrokForm } from './NgrokForm'
import { OpenPage } from './OpenPage'

const parts = ['domain', 'edge', 'token'] as const
type Part = (typeof parts)[number]

/** The tunnel: how it is, since when, why, what to do about it, and what it is opened with. */
export function TunnelCard({ saved, tunnel, off, unsure, here = false }: { saved: Connection; tunnel: TunnelInfo; off: boolean; unsure: boolean; here?: boolean }) {
  const { t, i18n } = useTranslation()
  const title = useHere(here)
  const now = useNow()
  const [open, setOpen] = useState<Part[]>([])
  const card = useRef<HTMLElement>(null)
  const state = unsure ? 'unknown' : stateOf(tunnel)
  const word = t(`connection.tunnel.states.${state}`)
  const why = reasonOf(tunnel)
  const reason = why?.known ? `${t(`${why.key}.text`)} ${t(`${why.key}.action`)}` : (why?.message ?? '')
  const told = useRef(state)
  useEffect(() => {
    if (told.current !== state) (state === 'blocked' ? announceLoss : announceNews)(`${t('connection.tunnel.title')}: ${word}. ${state === 'up' ? '' : reason}`)
    told.current = state
  }, [state]) // not when the reason's words change

  const show = (part: Part, field: string) => {
    setOpen((before) => [...new Set([...before, part])])
    // The part that holds the field has to stand before the field can have the focus.
    requestAnimationFrame(() => requestAnimationFrame(() => card.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus()))
  }
  const tokenSaved = () => {
    setOpen((before) => before.filter((part) => part !== 'token'))
    card.current?.querySelector('h2')?.focus()
  }

  return (
    <section ref={card} className="card" aria-labelledby="tunnel-title">
      <div className="part-head">
        <h2 ref={title} id="tunnel-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('connection.tunnel.title')}</h2>
        <span className="spring" />
        <Status tone={tunnelTones[state]} word={word} />
      </div>
      {state !== 'unknown' && tunnel.since && (
        <p className="quiet" title={moment(tunnel.since, i18n.language)}>
          {t('connection.tunnel.since', { when: when(tunnel.since, i18n.language), ago: ago(tunnel.since, i18n.language, now) })}
        </p>
      )}
      {state !== 'up' && state !== 'unknown' && why && (
        <p>
          {reason} <span className="code">{tunnel.code}</span> {tunnel.ngrok && <span className="code">{tunnel.ngrok}</span>}
        </p>
      )}
      {state !== 'up' && state !== 'unknown' && tunnel.detail && (
        <p className="small quiet wrap">
          {t('connection.tunnel.said')} <span lang="en">{tunnel.detail}</span>
        </p>
      )}
      {state === 'off' && !tunnel.code && <p>{t('connection.tunnel.offText')}</p>}
      {state === 'reconnecting' && <Attempt tunnel={tunnel} />}
      <Deeds tunnel={tunnel} off={off} fixedToken={saved.authtoken.place === 'environment'} onShow={show} />
      {state === 'up' && <Facts tunnel={tunnel} />}
      <Accordion className="connection-parts" multiple collapsible openItems={open} onToggle={(_, { openItems }) => setOpen(parts.filter((part) => openItems.includes(part)))}>
        <AccordionItem value="domain">
          <AccordionHeader as="h3">{t('connection.ngrok.title')}</AccordionHeader>
          <AccordionPanel>
            <NgrokForm off={off} />
          </AccordionPanel>
        </AccordionItem>
        <AccordionItem value="edge">
          <AccordionHeader as="h3">
            <span className="part-name">{t('connection.edge.title')}</span>
            {saved.edge.state === 'refused' && <Status tone="warning" word={t('connection.edge.states.refused')} />}
          </AccordionHeader>
          <AccordionPanel>
            <EdgePart edge={saved.edge} settings={saved.settings} off={off} />
          </AccordionPanel>
        </AccordionItem>
        <AccordionItem value="token">
          <AccordionHeader as="h3">{t('connection.authtoken.title')}</AccordionHeader>
          <AccordionPanel>
            <AuthtokenPart authtoken={saved.authtoken} off={off} onSaved={tokenSaved} />
          </AccordionPanel>
        </AccordionItem>
      </Accordion>
    </section>
  )
}

/** The reason in the page's own words where it has some, else in the backend's. */
function reasonOf({ code, message }: TunnelInfo) {
  if (!code) return null
  const key = errorKey(code)
  return { key, known: key !== 'errors.INTERNAL', message }
}

const second = 1_000

/** How often it was tried, and how long until the next time; it counts down by whole seconds and stands still else. */
function Attempt({ tunnel: { attempt, nextTry } }: { tunnel: TunnelInfo }) {
  const { t } = useTranslation()
  const left = () => Math.max(0, Math.ceil((Date.parse(nextTry) - Date.now()) / second)) || 0
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    setSeconds(left())
    if (left() === 0) return
    const timer = setInterval(() => {
      setSeconds(left())
      if (left() === 0) clearInterval(timer)
    }, second)
    return () => clearInterval(timer)
  }, [nextTry])
  return <p className="quiet">{t(seconds > 0 ? 'connection.tunnel.nextTry' : 'connection.tunnel.trying', { attempt, count: seconds })}</p>
}

/** What helps first, then what else may be done. */
function Deeds({ tunnel, off, fixedToken, onShow }: { tunnel: TunnelInfo; off: boolean; fixedToken: boolean; onShow: (part: Part, field: string) => void }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const [stopping, setStopping] = useState(false)
  const state = stateOf(tunnel)
  const deed = deedOf(tunnel)
  const busy = off || working !== null
  const run = async (work: 'start' | 'stop' | 'reconnect') => {
    if (await connection[work]()) {
      setStopping(false)
      announce(t(`connection.done.${work}`))
    }
  }
  const icon = (work: typeof working, still: React.JSX.Element) => (working === work ? <Spinner size="tiny" /> : still)
  const failure = failed && ['start', 'stop', 'reconnect'].includes(failed.work) && !stopping ? failed.error : null
  const plain = state === 'up'
  return (
    <>
      <div className="buttons">
        {deed === 'token' && !fixedToken && <Button appearance="primary" disabled={off} onClick={() => onShow('token', 'authtoken')}>{t('connection.tunnel.deeds.token')}</Button>}
        {deed === 'token' && <OpenPage page="ngrok-authtoken" word={t('connection.setup.openToken')} />}
        {deed === 'domain' && <Button appearance="primary" disabled={off} onClick={() => onShow('domain', 'domain')}>{t('connection.tunnel.deeds.domain')}</Button>}
        {deed === 'proxy' && <Button appearance="primary" disabled={off} onClick={() => onShow('domain', 'proxy')}>{t('connection.tunnel.deeds.proxy')}</Button>}
        {deed === 'account' && <OpenPage appearance="primary" page={tunnel.code === 'TUNNEL_TOO_MANY' ? 'ngrok-agents' : 'ngrok-pricing'} word={t('connection.tunnel.deeds.account')} />}
        {state === 'off' || state === 'unknown' ? (
          deed !== 'token' && (
            <Button appearance="primary" disabledFocusable={busy} icon={icon('start', <PlayRegular />)} onClick={() => void run('start')}>
              {t('connection.tunnel.deeds.start')}
            </Button>
          )
        ) : (
          <>
            {state !== 'starting' && (
              <Button
                appearance={!plain && (deed === 'reconnect' || deed === 'retry') ? 'primary' : 'secondary'}
                disabledFocusable={busy}
                icon={icon('reconnect', <ArrowSyncRegular />)}
                onClick={() => void run('reconnect')}
              >
                {t(state === 'blocked' ? 'connection.tunnel.deeds.retry' : 'connection.tunnel.deeds.reconnect')}
              </Button>
            )}
            {state !== 'blocked' && (
              <Button disabledFocusable={busy} icon={icon('stop', <StopRegular />)} onClick={() => setStopping(true)}>
                {t('connection.tunnel.deeds.stop')}
              </Button>
            )}
          </>
        )}
      </div>
      {failure && <ErrorBar error={failure} />}
      {stopping && (
        <Confirm
          title={t('connection.tunnel.stopTitle')}
          confirm={t('connection.tunnel.deeds.stop')}
          busy={working === 'stop'}
          error={failed?.work === 'stop' ? failed.error : null}
          onConfirm={() => void run('stop')}
          onClose={() => setStopping(false)}
        >
          <p>{t('connection.tunnel.stopText')}</p>
        </Confirm>
      )}
    </>
  )
}

/** What is known of a tunnel that is up. */
function Facts({ tunnel }: { tunnel: TunnelInfo }) {
  const { t, i18n } = useTranslation()
  const { region, latency, account, plan, reconnectsToday, lastReconnect, lastOutage } = tunnel
  const whole = (n: number) => n.toLocaleString(i18n.language, { maximumFractionDigits: n < 10 ? 1 : 0 })
  return (
    <dl className="connection-facts">
      {region && (
        <>
          <dt>{t('connection.tunnel.region')}</dt>
          <dd>{region}</dd>
        </>
      )}
      <dt>{t('connection.tunnel.latency')}</dt>
      <dd>{latency > 0 ? t('connection.tunnel.ms', { ms: whole(latency) }) : t('connection.tunnel.notMeasured')}</dd>
      {(account || plan) && (
        <>
          <dt>{t('connection.tunnel.account')}</dt>
          <dd>{[account, plan].filter(Boolean).join(', ')}</dd>
        </>
      )}
      <dt>{t('connection.tunnel.reconnects')}</dt>
      <dd>
        {lastReconnect && reconnectsToday > 0
          ? t('connection.tunnel.reconnected', { count: reconnectsToday, when: when(lastReconnect, i18n.language), lasted: lasted(lastOutage, i18n.language) })
          : t('connection.tunnel.noReconnect')}
      </dd>
    </dl>
  )
}
