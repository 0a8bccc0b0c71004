import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, MessageBar, MessageBarActions, MessageBarBody,
} from '@fluentui/react-components'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Snapshot, Tokens } from '../../api/types'
import { finishRotation, rotateToken, undoRotation } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { Step } from '../../components/Step'
import { useReturnedFocus } from '../../lib/focus'
import { when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { type Fresh, freshToken } from '../../state/rotation'
import { counts, type Stage, stageOf, useTokens } from '../../state/tokens'
import { EntraSteps } from './EntraSteps'
import { OpenEntra } from './OpenEntra'
import { Secret, useSecret } from './Secret'
import './tokens.css'

type Deed = 'undo' | 'finish' | 'force'

const stepOf: Record<Stage, 1 | 2 | 3 | 4> = { pasting: 2, quiet: 3, over: 4, undone: 4 }

/** A rotation from the new secret to the old one's end, as it goes. It can be left and opened again, then without the secret. */
export function RotationWatch({ fresh, snapshot, onClose }: { fresh: Fresh | null; snapshot: Snapshot; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  useReturnedFocus()
  const [made] = useState(fresh?.made.token ?? snapshot.token)
  const { data, error, retry } = useTokens(snapshot)
  const secret = useSecret(fresh?.made.secret ?? '')
  const [asking, setAsking] = useState<Deed | null>(null)
  const [working, setWorking] = useState(false)
  const [failed, setFailed] = useState<ApiError | null>(null)
  const asker = useRef<HTMLElement | null>(null)
  const stage = data ? stageOf(data, made.id) : fresh ? 'pasting' : null
  useTold(stage, t(`tokens.watch.told.${stage ?? 'pasting'}`))
  const mayClose = !fresh || secret.copied || stage === 'over' || stage === 'undone'

  const run = async (deed: Deed) => {
    setWorking(true)
    setFailed(null)
    try {
      if (deed === 'force') {
        const next = await rotateToken({ leaked: false, force: true, expires: '' })
        freshToken.set({ made: next, before: 'goesOn', address: snapshot.address, sample: snapshot.sample })
        return
      }
      await (deed === 'undo' ? undoRotation() : finishRotation())
      if (deed === 'undo') {
        announce(t('tokens.watch.undone'))
        onClose()
        return
      }
      retry()
    } catch (thrown) {
      setFailed(toApiError(thrown))
    }
    setAsking(null)
    setWorking(false)
  }
  const seen = stage === 'quiet' || stage === 'over'
  // Before Entra has the new token, each of these may lock it out.
  const begin = (deed: Deed) => {
    asker.current = document.activeElement instanceof HTMLElement ? document.activeElement : null
    if (deed === 'finish' && seen) void run(deed)
    else setAsking(deed)
  }
  const refrain = () => {
    setAsking(null)
    requestAnimationFrame(() => asker.current?.focus())
  }
  const isOn = stage === 'pasting' || stage === 'quiet'

  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && !working && (mayClose ? onClose() : secret.stay())}>
      <DialogSurface className="rotation-watch">
        <DialogBody>
          <DialogTitle action={stage && stage !== 'undone' ? <span className="quiet small">{t('tokens.watch.step', { step: Math.min(3, stepOf[stage]) })}</span> : null}>{t('tokens.watch.title')}</DialogTitle>
          <DialogContent className="rotation">
            {error && !data && <ErrorBar error={error} onRetry={retry} />}
            {stage === 'undone' ? (
              <p>{t('tokens.watch.gone')}</p>
            ) : (
              <ol className="watch-steps">
                <Step state={stateOf(1, stage ? stepOf[stage] : 2)} title={t('tokens.watch.made', { when: when(made.created, i18n.language), lastFour: made.lastFour })}>
                  {fresh && stage !== 'over' ? (
                    <>
                      <p>{t('tokens.rotation.shownOnce')}</p>
                      <Secret {...secret} label={t('tokens.rotation.secret')} copyWord={t('tokens.rotation.copy')} />
                    </>
                  ) : (
                    stage === 'pasting' && (
                      <p className="with-deed">
                        <span className="quiet">{t('tokens.watch.lost')}</span>
                        <Button size="small" disabledFocusable={working} onClick={() => begin('force')}>
                          {t('tokens.watch.another')}
                        </Button>
                      </p>
                    )
                  )}
                </Step>
                <Step state={stateOf(2, stage ? stepOf[stage] : 2)} title={t('tokens.watch.paste')}>
                  {seen ? (
                    <p className="quiet">{t('tokens.watch.seen', { when: when(data?.current.lastUsed ?? '', i18n.language) })}</p>
                  ) : (
                    <>
                      <EntraSteps first={false} moved={snapshot.changed.new} />
                      <div className="buttons">
                        <OpenEntra />
                      </div>
                      <p className="watch-state">
                        <Status tone="waiting" word={t('tokens.watch.waiting')} />
                        <Status tone="good" word={t('tokens.watch.oldGoesOn', { lastFour: data?.old.lastFour ?? snapshot.oldToken.lastFour })} />
                      </p>
                    </>
                  )}
                </Step>
                <Step state={stateOf(3, stage ? stepOf[stage] : 2)} title={t(stage === 'over' ? 'tokens.watch.ended' : 'tokens.watch.ends')}>
                  {isOn && (
                    <p className="with-deed">
                      <span className="quiet">{data?.oldEnds ? t('tokens.watch.endsAt', { when: when(data.oldEnds, i18n.language) }) : t('tokens.watch.endsLater')}</span>
                      <Button size="small" disabledFocusable={working} onClick={() => begin('finish')}>
                        {t('tokens.watch.endNow')}
                      </Button>
                    </p>
                  )}
                </Step>
              </ol>
            )}
            {data && isOn && <Recent data={data} />}
            {asking && <Sure deed={asking} seen={seen} working={working} onYes={() => void run(asking)} onNo={refrain} />}
            {failed && <ErrorBar error={failed} />}
          </DialogContent>
          <DialogActions>
            {isOn && (
              <Button disabledFocusable={working} onClick={() => begin('undo')}>
                {t('tokens.watch.undo')}
              </Button>
            )}
            <Button appearance={mayClose ? 'primary' : 'secondary'} disabledFocusable={working} onClick={onClose}>
              {t(!isOn ? 'tokens.rotation.done' : mayClose ? 'tokens.watch.later' : 'tokens.rotation.close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

/** Tells a screen reader when the next step is reached. */
function useTold(stage: Stage | null, words: string): void {
  const before = useRef(stage)
  useEffect(() => {
    if (before.current !== null && stage !== before.current && (stage === 'quiet' || stage === 'over')) announce(words)
    before.current = stage
  }, [stage, words])
}

/** How a step stands while the rotation is at another. */
const stateOf = (of: number, at: number) => (of < at ? 'done' : of === at ? 'now' : 'open')

/** Which tokens the last requests came with. */
function Recent({ data }: { data: Tokens }) {
  const { t, i18n } = useTranslation()
  const { now, before, other } = counts(data)
  const number = (n: number) => n.toLocaleString(i18n.language)
  if (data.recent.length === 0) return <p className="quiet small">{t('tokens.recent.none')}</p>
  return <p className="quiet small">{t('tokens.recent.counts', { count: data.recent.length, all: number(data.recent.length), now: number(now), before: number(before), other: number(other) })}</p>
}

function focusNow(button: HTMLElement | null): void {
  button?.focus()
}

/** Says what will happen before it does. */
function Sure({ deed, seen, working, onYes, onNo }: { deed: Deed; seen: boolean; working: boolean; onYes: () => void; onNo: () => void }) {
  const { t } = useTranslation()
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody role="alert">{t(deed === 'undo' && seen ? 'tokens.sure.undoSeen' : `tokens.sure.${deed}`)}</MessageBarBody>
      <MessageBarActions>
        <Button ref={focusNow} disabledFocusable={working} onClick={onYes}>
          {t(`tokens.sure.yes.${deed}`)}
        </Button>
        <Button disabled={working} onClick={onNo}>
          {t('common.cancel')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  )
}
