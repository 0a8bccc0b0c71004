import { Button, MessageBar, MessageBarBody, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import { ways, wayOf } from '../../lib/tunnel'
import { announce } from '../../state/announcer'
import { connection } from '../../state/connection'

/** The choice of how Entra reaches this computer. It holds when it is confirmed, since another address means work in Entra. */
export function WayCard({ saved, off }: { saved: Connection; off: boolean }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const fixed = saved.settings.fixed !== ''
  const way = connection.way()
  const before = wayOf(saved.settings.way)
  const use = async () => {
    if (await connection.saveWay('way')) announce(t('connection.done.way', { way: t(`connection.way.${way}`) }))
  }
  return (
    <section className="card" aria-labelledby="way-title">
      <h2 id="way-title">{t('connection.way.title')}</h2>
      {fixed && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('connection.way.fixed')}</MessageBarBody>
        </MessageBar>
      )}
      <RadioGroup aria-labelledby="way-title" value={way} disabled={off || fixed} onChange={(_, { value }) => connection.chooseWay(wayOf(value))}>
        {ways.map((one) => (
          <Radio
            key={one}
            value={one}
            label={
              <>
                {t(`connection.way.${one}`)}
                <span className="choice-hint">{t(`connection.way.${one}Hint`)}</span>
              </>
            }
          />
        ))}
      </RadioGroup>
      {way !== before && (
        <div className="connection-change">
          {before !== 'none' && <p>{t('connection.way.moves')}</p>}
          {way === 'ngrok' && !saved.authtoken.exists && <p>{t('connection.way.pasteFirst')}</p>}
          {way === 'own' && <p>{t('connection.way.fillFirst')}</p>}
          <div className="buttons">
            {(way === 'none' || (way === 'ngrok' && saved.authtoken.exists)) && (
              <Button appearance="primary" disabledFocusable={working !== null} icon={working === 'way' ? <Spinner size="tiny" /> : null} onClick={() => void use()}>
                {t(`connection.way.use.${way}`)}
              </Button>
            )}
            <Button disabled={working !== null} onClick={() => connection.chooseWay(before)}>
              {t('connection.way.keep', { way: t(`connection.way.${before}`) })}
            </Button>
          </div>
        </div>
      )}
      {failed?.work === 'way' && <ErrorBar error={failed.error} />}
    </section>
  )
}
