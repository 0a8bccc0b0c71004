import { Button, Link, Radio, RadioGroup } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Guide, Snapshot } from '../../api/types'
import { Status } from '../../components/Status'
import type { GuideStepName } from '../../lib/guide'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import { wayOf } from '../../lib/tunnel'
import type { PageProps } from '../../shell/page'
import { visit } from '../../shell/focus'
import { connection } from '../../state/connection'
import { guideStore } from '../../state/guide'
import { hashOf } from '../../state/route'
import { NgrokSetup } from '../Connection/NgrokSetup'
import { NightCard } from '../Connection/NightCard'
import { OwnCard } from '../Connection/OwnCard'
import { TargetCard } from '../Connection/TargetCard'
import { targetName } from '../Connection/targetName'
import { TokenButton } from '../Connection/TokenButton'
import { TunnelCard } from '../Connection/TunnelCard'
import { WayCard } from '../Connection/WayCard'
import { CheckLine } from '../Overview/CheckLine'
import { Portal } from './Portal'

type Props = PageProps & { guide: Guide; step: GuideStepName }

/** What is asked, shown or to be done at a step. */
export function StepBody(props: Props) {
  const { guide, snapshot, unsure } = props
  switch (props.step) {
    case 'plan':
      return <PlanBody guide={guide} />
    case 'night':
    case 'tunnel':
      return <WayBody {...props} />
    case 'token':
      return <TokenBody snapshot={snapshot} />
    case 'target':
      return <TargetBody {...props} />
    case 'people':
      return <PeopleBody guide={guide} />
    case 'values':
      return <Portal guide={guide} snapshot={snapshot} of="values" />
    case 'test':
      return <CheckLine snapshot={snapshot} unsure={unsure} />
    case 'on-demand':
      return <Portal guide={guide} snapshot={snapshot} of="on-demand" />
    case 'forecast':
      return <Door to="forecast" primary />
    case 'start':
      return <Portal guide={guide} snapshot={snapshot} of="start" />
    case 'group':
      return guide.plan === 'free' ? null : <Portal guide={guide} snapshot={snapshot} of="group" />
    case 'cycle':
      return <CycleBody />
    case 'watch':
      return <WatchBody />
  }
}

function PlanBody({ guide }: { guide: Guide }) {
  const { t } = useTranslation()
  return (
    <>
      <h3 id="plan-label">{t('setup.plan.label')}</h3>
      <RadioGroup aria-labelledby="plan-label" value={guide.plan} onChange={(_, { value }) => void guideStore.save({ plan: value })}>
        <Radio value="free" label={<Choice name={t('setup.plan.free')} hint={t('setup.plan.freeHint')} />} />
        <Radio value="p1" label={<Choice name={t('setup.plan.p1')} hint={t('setup.plan.p1Hint')} />} />
      </RadioGroup>
      <p className="quiet small">{t('setup.plan.where')}</p>
      <h3 id="role-label">{t('setup.role.label')}</h3>
      <RadioGroup aria-labelledby="role-label" layout="horizontal" value={guide.role} onChange={(_, { value }) => void guideStore.save({ role: value })}>
        <Radio value="yes" label={t('setup.role.yes')} />
        <Radio value="no" label={t('setup.role.no')} />
      </RadioGroup>
      <p className="quiet small">{t('setup.role.hint')}</p>
    </>
  )
}

function Choice({ name, hint }: { name: string; hint: string }) {
  return (
    <>
      {name}
      <span className="choice-hint">{hint}</span>
    </>
  )
}

/** The parts of the Connection page that the night and the tunnel are about. */
function WayBody({ step, snapshot, unsure }: Props) {
  const { saved } = useObservable(connection.state)
  const off = unsure
  if (!saved) return <div className="bone connection-bone" aria-hidden />
  if (step === 'night') {
    return (
      <div className="connection setup-cards">
        <NightCard settings={saved.settings} power={saved.power} folder={snapshot.folder} off={off} />
      </div>
    )
  }
  const way = connection.way()
  const kept = wayOf(saved.settings.way)
  return (
    <div className="connection setup-cards">
      <WayCard saved={saved} off={off} />
      {way === 'ngrok' && !saved.authtoken.exists && <NgrokSetup saved={saved} off={off} />}
      {way === 'own' && <OwnCard saved={saved} listen={snapshot.listener.listen} off={off || saved.settings.fixed !== ''} />}
      {way === 'ngrok' && saved.authtoken.exists && kept === 'ngrok' && <TunnelCard saved={saved} tunnel={snapshot.tunnel} off={off} unsure={unsure} />}
      {kept !== 'none' && <CheckLine snapshot={snapshot} unsure={unsure} />}
    </div>
  )
}

function TokenBody({ snapshot }: { snapshot: Snapshot }) {
  const { t, i18n } = useTranslation()
  const { token, oauth } = snapshot
  return (
    <>
      {token.exists ? (
        <p>
          <Status tone="good" word={t('setup.token.made', { lastFour: token.lastFour, when: when(token.created, i18n.language) })} />
        </p>
      ) : (
        oauth && <p>{t('tokens.token.noneOauth')}</p>
      )}
      <p className="quiet">{t('setup.token.keep')}</p>
      <div className="buttons">
        <TokenButton snapshot={snapshot} />
      </div>
    </>
  )
}

function TargetBody({ snapshot, unsure, guide }: Props) {
  const { t } = useTranslation()
  const open = guide.steps.some(({ id, state }) => id === 'target' && state === 'open')
  return (
    <>
      <div className="connection setup-cards">
        <TargetCard snapshot={snapshot} off={unsure} />
      </div>
      {open && (
        <div className="buttons">
          <Button appearance="primary" onClick={() => void guideStore.save({ done: 'target' })}>
            {t('setup.target.right', { name: targetName(t, { id: snapshot.target, name: guide.target }) })}
          </Button>
        </div>
      )}
    </>
  )
}

const doors = ['import', 'forecast', 'convert'] as const

function PeopleBody({ guide }: { guide: Guide }) {
  const { t } = useTranslation()
  return (
    <>
      <h3 id="people-label">{t('setup.people.label')}</h3>
      <RadioGroup aria-labelledby="people-label" value={guide.people} onChange={(_, { value }) => void guideStore.save({ people: value })}>
        <Radio value="some" label={<Choice name={t('setup.people.some')} hint={t('setup.people.someHint')} />} />
        <Radio value="none" label={<Choice name={t('setup.people.none')} hint={t('setup.people.noneHint')} />} />
      </RadioGroup>
      {guide.people === 'some' && (
        <ol className="setup-doors">
          {doors.map((door) => (
            <li key={door}>
              <p>{t(`setup.doors.${door}`)}</p>
              <Door to={door} />
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

/** Leads to one of the tools. */
function Door({ to, primary = false }: { to: (typeof doors)[number]; primary?: boolean }) {
  const { t } = useTranslation()
  return (
    <div className="buttons">
      <Button appearance={primary ? 'primary' : 'secondary'} onClick={() => visit({ page: 'tools', id: to })}>
        {t('setup.openTool', { name: t(`tools.tabs.${to}`) })}
      </Button>
    </div>
  )
}

function CycleBody() {
  const { t } = useTranslation()
  return (
    <ul className="setup-notes">
      <li>{t('setup.cycle.size')}</li>
      <li>{t('setup.cycle.where')}</li>
      <li>{t('setup.cycle.side')}</li>
    </ul>
  )
}

const watched = [
  ['failures', { page: 'activity', query: { outcomes: 'failure,error' } }],
  ['quarantine', { page: 'overview' }],
  ['token', { page: 'connection', id: 'token' }],
  ['night', { page: 'connection' }],
  ['handover', { page: 'tools', id: 'handover' }],
] as const

function WatchBody() {
  const { t } = useTranslation()
  return (
    <ul className="setup-notes">
      {watched.map(([what, place]) => (
        <li key={what}>
          {t(`setup.watch.${what}`)} <Link href={hashOf(place)}>{t(`setup.watch.${what}Link`)}</Link>
        </li>
      ))}
    </ul>
  )
}
