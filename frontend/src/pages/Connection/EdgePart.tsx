import { Field, MessageBar, MessageBarBody, Switch } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { ConnectionSettings, EdgeInfo } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { type Choice, connection } from '../../state/connection'

const rules = ['path', 'credential', 'method', 'address'] as const
const states = { off: 'off', on: 'good' } as const

/** What ngrok turns away before it comes here. The app decides all of it again by itself. */
export function EdgePart({ edge, settings, off }: { edge: EdgeInfo; settings: ConnectionSettings; off: boolean }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const state = edge.state === 'on' || edge.state === 'refused' ? edge.state : 'off'
  const busy = off || working !== null
  const choose = async (change: Choice) => {
    if (await connection.choose('edge', change)) announce(t('connection.done.saved'))
  }
  return (
    <div className="connection-form">
      {state !== 'refused' && <Status tone={states[state]} word={t(`connection.edge.states.${state}`)} />}
      {state === 'refused' && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('connection.edge.refused')} {edge.code && <span className="code">{edge.code}</span>}
            {edge.detail && (
              <div className="small wrap" lang="en">
                {edge.detail}
              </div>
            )}
          </MessageBarBody>
        </MessageBar>
      )}
      {state === 'on' && (
        <ul className="connection-rules">
          {rules.filter((rule) => edge.rules.includes(rule)).map((rule) => (
            <li key={rule}>{t(`connection.edge.rules.${rule}`)}</li>
          ))}
        </ul>
      )}
      <Field hint={t('connection.edge.policyHint')}>
        <Switch label={t('connection.edge.policy')} checked={settings.edgePolicy} disabled={busy && !working} onChange={(_, { checked }) => void choose({ edgePolicy: checked })} />
      </Field>
      <Field hint={t('connection.edge.entraHint')}>
        <Switch
          label={t('connection.edge.entra')}
          checked={settings.entraOnly}
          disabled={(busy && !working) || !settings.edgePolicy}
          onChange={(_, { checked }) => void choose({ entraOnly: checked })}
        />
      </Field>
      {failed?.work === 'edge' && <ErrorBar error={failed.error} />}
    </div>
  )
}
