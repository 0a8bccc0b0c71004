import { Field, Radio, RadioGroup, Switch } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { ConnectionSettings, PowerInfo } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { type Choice, connection } from '../../state/connection'
import { OpenEntra } from './OpenEntra'

/** Whether this computer runs all night, since Entra comes at all hours, and what fits where it does not. */
export function NightCard({ settings, power, folder, off }: { settings: ConnectionSettings; power: PowerInfo; folder: string; off: boolean }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const answer = settings.allNight === 'yes' || settings.allNight === 'no' ? settings.allNight : ''
  const choose = async (change: Choice) => {
    if (await connection.choose('night', change)) announce(t('connection.done.saved'))
  }
  const disabled = off || (working !== null && working !== 'night')
  const run = `scimd run --data "${folder}"`
  return (
    <section className="card" aria-labelledby="night-title">
      <h2 id="night-title">{t('connection.night.title')}</h2>
      <p>{t('connection.night.text')}</p>
      <RadioGroup aria-labelledby="night-title" layout="horizontal" value={answer} disabled={disabled} onChange={(_, { value }) => void choose({ allNight: value })}>
        <Radio value="yes" label={t('connection.night.yes')} />
        <Radio value="no" label={t('connection.night.no')} />
      </RadioGroup>
      {answer !== '' && (
        <>
          {answer === 'yes' && <p className="quiet">{t('connection.night.fine')}</p>}
          {answer === 'no' && <h3>{t('connection.night.awake')}</h3>}
          <Field hint={t('connection.night.lid')}>
            <Switch label={t('connection.night.keepAwake')} checked={settings.keepAwake} disabled={disabled} onChange={(_, { checked }) => void choose({ keepAwake: checked })} />
          </Field>
          {settings.keepAwake && <Awake power={power} />}
        </>
      )}
      {answer === 'no' && (
        <>
          <h3>{t('connection.night.elsewhere')}</h3>
          <p>{t('connection.night.elsewhereText')}</p>
          <ol className="connection-list">
            <li>{t('connection.night.copyFolder')}</li>
            <li>{t('connection.night.copyToken')}</li>
            <li>
              {t('connection.night.run')}
              <p className="value">
                <span className="mono">{run}</span>
                <CopyButton label={t('connection.night.copyCommand')} copied={t('common.actionsBar.copied')} onCopy={() => copy(run)} />
              </p>
            </li>
          </ol>
          <h3>{t('connection.night.leave')}</h3>
          <p>{t('connection.night.leaveText')}</p>
          <div className="buttons">
            <OpenEntra />
          </div>
        </>
      )}
      {failed?.work === 'night' && <ErrorBar error={failed.error} />}
    </section>
  )
}

/** Whether it is kept awake, by what, and why not. */
function Awake({ power }: { power: PowerInfo }) {
  const { t } = useTranslation()
  if (power.holding) return <Status tone="good" word={t(power.means ? 'connection.night.holding' : 'connection.night.holdingPlain', { means: power.means })} />
  if (!power.problem) return <Status tone="neutral" word={t('connection.night.notYet')} />
  return (
    <div>
      <Status tone="warning" word={t('connection.night.cannot')} />
      <p className="small quiet wrap" lang="en">
        {power.problem}
      </p>
    </div>
  )
}
