import { Accordion, AccordionHeader, AccordionItem, AccordionPanel } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { Status } from '../../components/Status'
import { reach } from '../../lib/address'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import { copy } from '../../state/clipboard'
import { connection } from '../../state/connection'
import { SaveForm, TextField } from './SaveForm'

/** The admin's own address: its name, a certificate where this app itself is to serve TLS, and whose word on the sender is believed. */
export function OwnCard({ saved, listen, off }: { saved: Connection; listen: string; off: boolean }) {
  const { t } = useTranslation()
  const { typed } = useObservable(connection.state)
  const url = connection.value('publicUrl').trim()
  const certificate = connection.value('certFile').trim()
  const key = connection.value('keyFile').trim()
  const asked = typed.publicUrl !== undefined
  const wrong = [
    ...(reach(url) === 'https' ? [] : (['publicUrl'] as const)),
    ...(certificate && !key ? (['keyFile'] as const) : []),
    ...(key && !certificate ? (['certFile'] as const) : []),
  ]
  const show = (name: (typeof wrong)[number]) => wrong.includes(name) && (name !== 'publicUrl' || (asked && url !== '' && url.length > 'https://'.length))
  return (
    <section className="card" aria-labelledby="own-title">
      <h2 id="own-title">{t('connection.own.title')}</h2>
      <p>{t('connection.own.text')}</p>
      <SaveForm form="own" off={off} wrong={wrong} switches={saved.settings.way !== 'own'}>
        <TextField name="publicUrl" off={off} wrong={show('publicUrl')} placeholder={t('connection.fields.publicUrl.example')} />
        <TextField name="trustedProxies" off={off} />
        <TextField name="certFile" off={off} wrong={show('certFile')} />
        <TextField name="keyFile" off={off} wrong={show('keyFile')} />
      </SaveForm>
      <Certificate certificate={saved.certificate} />
      <h3>{t('connection.own.recipes')}</h3>
      <Recipes listen={listen} url={url} />
      <p className="quiet small">{t('connection.own.readme')}</p>
    </section>
  )
}

/** What ScimDesk itself shows by https, and what is wrong with it. */
function Certificate({ certificate: { names, until, problem, lacks } }: { certificate: Connection['certificate'] }) {
  const { t, i18n } = useTranslation()
  if (names.length === 0 && !problem) return null
  return (
    <div>
      {names.length > 0 && <p className="quiet">{t('connection.own.certificate', { names: names.join(', '), until: when(until, i18n.language) })}</p>}
      {lacks && <Status tone="warning" word={t('connection.own.certificateLacks', { host: lacks })} />}
      {problem && (
        <>
          <Status tone="warning" word={t('connection.own.certificateProblem')} />
          <p className="small quiet wrap" lang="en">
            {problem}
          </p>
        </>
      )}
    </div>
  )
}

const recipes = ['caddy', 'funnel', 'cloudflared', 'agent'] as const

/** What to run beside ScimDesk, with this folder's own port, to be copied. */
function Recipes({ listen, url }: { listen: string; url: string }) {
  const { t } = useTranslation()
  const local = listen || '127.0.0.1:8088'
  const port = local.slice(local.lastIndexOf(':') + 1)
  const given = reach(url) === 'https' ? new URL(url) : null
  const host = given?.hostname ?? t('connection.own.host')
  const commands = {
    caddy: `caddy reverse-proxy --from ${host} --to ${local}`,
    funnel: `tailscale funnel --bg ${port}`,
    cloudflared: `cloudflared tunnel --url http://${local} run ${t('connection.own.tunnelName')}`,
    agent: `https://${given?.host ?? `${host}:8443`}/scim/v2`,
  }
  return (
    <Accordion className="connection-parts" multiple collapsible>
      {recipes.map((one) => (
        <AccordionItem key={one} value={one}>
          <AccordionHeader as="h4">{t(`connection.own.recipe.${one}.title`)}</AccordionHeader>
          <AccordionPanel className="connection-form">
            <p>{t(`connection.own.recipe.${one}.text`)}</p>
            <p className="value">
              <span className="mono">{commands[one]}</span>
              <CopyButton label={t('connection.own.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(commands[one])} />
            </p>
            <p className="quiet small">{t(`connection.own.recipe.${one}.after`)}</p>
          </AccordionPanel>
        </AccordionItem>
      ))}
    </Accordion>
  )
}
