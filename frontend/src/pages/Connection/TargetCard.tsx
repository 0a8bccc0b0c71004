import { Button, Dropdown, Field, Link, Option, Spinner, Switch } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Snapshot, TargetInfo, Targets } from '../../api/types'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useHere } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { hashOf } from '../../state/route'
import { moves, targetChoice } from '../../state/target'
import { TargetAdministrator } from './TargetAdministrator'
import { targetName } from './targetName'
import './target.css'

/** Which system the folder stands in for, by which path, how strictly, and whom changes are put down to. */
export function TargetCard({ snapshot, off, here = false }: { snapshot: Snapshot; off: boolean; here?: boolean }) {
  const { t } = useTranslation()
  const title = useHere(here)
  const { saved, error } = useObservable(targetChoice.state)
  const { store, target, tunnel, people } = snapshot
  // Own files may have changed meanwhile; the address is that of now.
  useEffect(() => void targetChoice.load(store), [store, target, tunnel.state, people.total])
  const active = saved?.list.find((one) => one.id === saved.active)
  return (
    <section className="card target" aria-labelledby="system-title">
      <div className="part-head">
        <h2 ref={title} id="system-title" tabIndex={-1} {...(here ? { 'data-here': '' } : {})}>{t('target.card.title')}</h2>
        <span className="spring" />
        {active && (active.fault ? <Status tone="bad" word={t('target.card.broken')} /> : <Status tone="neutral" word={targetName(t, active)} />)}
      </div>
      <p className="quiet">{t('target.card.text')}</p>
      {error && <ErrorBar error={error} onRetry={() => void targetChoice.load(store)} />}
      {!saved && !error && <div className="bone target-bone" aria-hidden />}
      {saved && <Choice saved={saved} off={off} />}
    </section>
  )
}

function Choice({ saved, off }: { saved: Targets; off: boolean }) {
  const { t } = useTranslation()
  const { working, failed } = useObservable(targetChoice.state)
  const { id, strict, administrator } = targetChoice.choice()
  const usable = saved.list.filter((one) => one.fault === '' || one.id === saved.active)
  const chosen = usable.find((one) => one.id === id)
  const faulty = saved.list.filter((one) => one.fault !== '')
  const disabled = off || working !== null
  const changed = targetChoice.isChanged()
  const save = async () => {
    if (await targetChoice.save()) announce(t('target.card.saved'))
  }
  const copy = async () => {
    const own = await targetChoice.copy(id)
    if (own) announce(t('target.card.copied', { file: `${own.id}.json` }))
  }
  return (
    <>
      <Field label={t('target.card.system')}>
        <Dropdown className="connection-wide" disabled={disabled} value={chosen ? targetName(t, chosen) : id} selectedOptions={[id]} onOptionSelect={(_, { optionValue }) => optionValue && targetChoice.choose({ id: optionValue })}>
          {usable.map((one) => (
            <Option key={one.id} value={one.id} text={targetName(t, one)}>
              <span className="target-option">
                <bdi>{targetName(t, one)}</bdi> <span className="mono small quiet">{one.basePath}</span>
              </span>
            </Option>
          ))}
        </Dropdown>
      </Field>
      {chosen && <Consequences saved={saved} chosen={chosen} />}
      <Field hint={t('target.card.strictHint')}>
        <Switch label={t('target.card.strict')} checked={strict} disabled={disabled} onChange={(_, { checked }) => targetChoice.choose({ strict: checked })} />
      </Field>
      {chosen?.roles && <TargetAdministrator key={saved.administrator} value={administrator} name={administrator === saved.administrator ? saved.actor : administrator} disabled={disabled} />}
      {failed && <ErrorBar error={failed} />}
      {changed && (
        <div className="buttons">
          <Button appearance="primary" disabledFocusable={disabled} icon={working === 'save' ? <Spinner size="tiny" /> : null} onClick={() => void save()}>
            {t(id === saved.active ? 'target.card.keep' : 'target.card.save')}
          </Button>
          <Button disabled={disabled} onClick={targetChoice.discard}>
            {t('target.card.discard')}
          </Button>
        </div>
      )}
      <div className="connection-line">
        <Link href={hashOf({ page: 'connection', id: 'target' })}>{t('target.card.table')}</Link>
        <span className="spring" />
        <Button size="small" disabledFocusable={disabled} onClick={() => void copy()}>
          {t('target.card.own')}
        </Button>
      </div>
      {(faulty.length > 0 || saved.list.some((one) => one.own)) && (
        <p className="quiet small">
          {t('target.card.folder')} <span className="mono">{saved.folder}</span>
        </p>
      )}
      {faulty.length > 0 && (
        <ul className="target-faults small" aria-label={t('target.card.faults')}>
          {faulty.map((one) => (
            <li key={one.id}>
              <Status tone="warning" word={one.id} /> <span lang="en">{one.fault}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** What choosing it means: another Tenant URL, another way to match groups, one secret at a time. */
function Consequences({ saved, chosen }: { saved: Targets; chosen: TargetInfo }) {
  const { t } = useTranslation()
  const before = saved.list.find((one) => one.id === saved.active)
  const moved = moves(saved, chosen)
  return (
    <div className={chosen.id === saved.active ? 'target-facts' : 'target-facts connection-change'} aria-live="polite">
      <p>
        {t('target.card.path')} <span className="mono">{chosen.basePath}</span>
      </p>
      {moved !== 'not' && (
        <p>
          <Status tone={moved === 'now' ? 'warning' : 'neutral'} word={t(`target.card.moves.${moved}`, { old: before?.basePath ?? '' })} />{' '}
          {chosen.address && <span className="mono wrap">{chosen.address}</span>}
        </p>
      )}
      {before && before.groupKey !== chosen.groupKey && <p>{t('target.card.groups', { by: chosen.groupKey })}</p>}
      {chosen.oneToken && <p>{t('target.card.oneToken')}</p>}
    </div>
  )
}
