import { Button, MessageBar, MessageBarBody, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import { ways, wayOf } from '../../lib/tunnel'
import { announce } from '../../state/announcer'
import { connection } from '../../state/connection'

/** How Entra reaches this computer: the way there is, or while there is none, or it is to be another, the choice. */
export function WayCard({ saved, off }: { saved: Connection; off: boolean }) {
  const { t } = useTranslation()
  useObservable(connection.state)
  const [choosing, setChoosing] = useState(false)
  const card = useRef<HTMLElement>(null)
  const fixed = saved.settings.fixed !== ''
  const before = wayOf(saved.settings.way)
  const open = (!fixed && before === 'none') || choosing || connection.way() !== before
  const wasOpen = useRef(open)
  // What had the focus is gone: it goes on to what stands in its place.
  useEffect(() => {
    if (wasOpen.current !== open && document.activeElement === document.body) card.current?.querySelector<HTMLElement>('input:checked, button')?.focus()
    wasOpen.current = open
  }, [open])
  return (
    <section ref={card} className="card" aria-labelledby="way-title">
      <h2 id="way-title">{t('connection.way.title')}</h2>
      {fixed && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('connection.way.fixed')}</MessageBarBody>
        </MessageBar>
      )}
      {open ? (
        <Choice saved={saved} off={off || fixed} onDone={() => setChoosing(false)} />
      ) : (
        <div className="connection-line">
          <strong>{t(`connection.way.chosen.${before}`)}</strong>
          <span className="spring" />
          {!fixed && (
            <Button size="small" disabled={off} onClick={() => setChoosing(true)}>
              {t('connection.way.change')}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}

/** The choice of the way. It holds when it is confirmed, since another address means work in Entra. */
function Choice({ saved, off, onDone }: { saved: Connection; off: boolean; onDone: () => void }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const way = connection.way()
  const before = wayOf(saved.settings.way)
  const keep = () => {
    connection.chooseWay(before)
    onDone()
  }
  const use = async () => {
    if (!(await connection.saveWay('way'))) return
    announce(t('connection.done.way', { way: t(`connection.way.chosen.${way}`) }))
    onDone()
  }
  return (
    <>
      <RadioGroup aria-labelledby="way-title" value={way} disabled={off} onChange={(_, { value }) => connection.chooseWay(wayOf(value))}>
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
      {(way !== before || before !== 'none') && (
        <div className="connection-change">
          {way !== before && before !== 'none' && <p>{t('connection.way.moves')}</p>}
          {way !== before && way === 'ngrok' && !saved.authtoken.exists && <p>{t('connection.way.pasteFirst')}</p>}
          {way !== before && way === 'own' && <p>{t('connection.way.fillFirst')}</p>}
          <div className="buttons">
            {way !== before && (way === 'none' || (way === 'ngrok' && saved.authtoken.exists)) && (
              <Button appearance="primary" disabledFocusable={working !== null} icon={working === 'way' ? <Spinner size="tiny" /> : null} onClick={() => void use()}>
                {t(`connection.way.use.${way}`)}
              </Button>
            )}
            <Button disabled={working !== null} onClick={keep}>
              {t('connection.way.keep', { way: t(`connection.way.chosen.${before}`) })}
            </Button>
          </div>
        </div>
      )}
      {failed?.work === 'way' && <ErrorBar error={failed.error} />}
    </>
  )
}
