import { Button, Link, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components'
import { ArrowLeftRegular, PrintRegular, SaveRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Snapshot, Target, TargetAttribute, TargetBroken } from '../../api/types'
import { exportTargetPage, showFile, target as readTarget, targetPage } from '../../api/wails'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { PageHead } from '../../components/PageHead'
import { Status, type Tone } from '../../components/Status'
import { reach } from '../../lib/address'
import { when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { useFeed } from '../../state/feed'
import { go, hashOf } from '../../state/route'
import { type Finding, findingOf, gapsFirst, noteOf, stepOf, stepPlaces, written } from '../../state/target'
import { targetName } from './targetName'
import './target.css'

/** Counting goes through everybody. */
const every = 5_000
const tones: Record<Finding, Tone> = { broken: 'warning', missing: 'bad', never: 'unknown', seen: 'good', unknown: 'neutral' }

/** The target's mapping table as it must be entered in Entra, beside what Entra really sent. */
export function TargetTable({ snapshot }: { snapshot: Snapshot }) {
  const { t, i18n } = useTranslation()
  const { people, groups, target, address } = snapshot
  const { data, error, retry } = useFeed(() => readTarget(''), `${target} ${address} ${people.total} ${groups.total} ${snapshot.activity.last}`, every)
  return (
    <>
      <PageHead title={t('target.table.title', { name: data ? targetName(t, data) : '' })} note={data && t('target.table.counted', { when: when(data.scanned, i18n.language) })}>
        <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={() => go({ page: 'connection', id: 'system' })}>
          {t('target.table.back')}
        </Button>
      </PageHead>
      {error && (
        <div className="message">
          <ErrorBar error={error} onRetry={retry} />
        </div>
      )}
      {!data && !error && <div className="bone target-table-bone" aria-hidden />}
      {data && <Whole target={data} />}
    </>
  )
}

function Whole({ target }: { target: Target }) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const nobody = target.people + target.groups === 0
  return (
    <div className="target-view">
      <section className="card" aria-labelledby="target-entra">
        <div className="part-head">
          <h2 id="target-entra">{t('target.table.enter')}</h2>
          <span className="spring" />
          <PageButtons />
        </div>
        <dl className="connection-facts">
          <dt>{t('target.table.url')}</dt>
          <dd>
            {reach(target.address) === 'https' ? (
              <>
                <span className="mono">{target.address}</span>
                <CopyButton label={t('connection.address.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(target.address)} />
              </>
            ) : (
              t('target.table.noUrl', { path: target.basePath })
            )}
          </dd>
          {target.host && (
            <>
              <dt>{t('target.table.host')}</dt>
              <dd className="mono">{target.host}</dd>
            </>
          )}
          <dt>{t('target.table.groupsBy')}</dt>
          <dd className="mono">{target.groupKey}</dd>
        </dl>
        {target.exact && <Status tone="warning" word={t('target.table.exact')} />}
        <p className="quiet">{nobody ? t('target.table.nobody') : t('target.table.of', { people: t('target.unmapped.people', { count: target.people, formatted: number(target.people) }), groups: t('target.unmapped.groups', { count: target.groups, formatted: number(target.groups) }) })}</p>
        <Lines target={target} />
      </section>
      <Broken target={target} />
      <Unmapped target={target} />
      <Steps codes={target.steps} name={targetName(t, target)} />
    </div>
  )
}

/** The table for the clipboard, as a file, and on paper. */
function PageButtons() {
  const { t, i18n } = useTranslation()
  const german = i18n.language.startsWith('de')
  const [saved, setSaved] = useState('')
  const [error, setError] = useState<ApiError | null>(null)
  const attempt = async (task: () => Promise<void>) => {
    setError(null)
    try {
      await task()
      return true
    } catch (thrown) {
      setError(toApiError(thrown))
      return false
    }
  }
  const copyTable = () =>
    attempt(async () => {
      if (!(await copy(await targetPage(german ? 'text-de' : 'text')))) throw new Error('clipboard')
    })
  const save = () =>
    attempt(async () => {
      const { path } = await exportTargetPage(german ? 'html-de' : 'html')
      setSaved(path)
      announce(t('target.table.savedTo', { path }))
    })
  const print = () => attempt(async () => printPage(await targetPage(german ? 'html-de' : 'html')))
  return (
    <div className="target-buttons">
      <div className="buttons">
        <CopyButton appearance="secondary" label={t('target.table.copy')} text={t('target.table.copy')} copied={t('common.actionsBar.copied')} onCopy={copyTable} />
        <Button icon={<SaveRegular />} onClick={() => void save()}>
          {t('target.table.save')}
        </Button>
        <Button icon={<PrintRegular />} onClick={() => void print()}>
          {t('target.table.print')}
        </Button>
      </div>
      {saved && (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody>
            {t('target.table.saved')} <span className="mono wrap">{saved}</span>
          </MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => void attempt(() => showFile(saved))}>{t('target.table.show')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {error && <ErrorBar error={error} />}
    </div>
  )
}

/** Prints a page of its own, which is not shown. */
function printPage(html: string): void {
  const frame = document.createElement('iframe')
  frame.title = ''
  frame.hidden = true
  frame.srcdoc = html
  frame.addEventListener('load', () => {
    frame.contentWindow?.addEventListener('afterprint', () => frame.remove())
    frame.contentWindow?.print()
  })
  document.body.append(frame)
}

function Lines({ target }: { target: Target }) {
  const { t } = useTranslation()
  return (
    <div className="target-scroll" role="region" aria-label={t('target.table.lines')} tabIndex={0}>
      <table className="target-table">
        <thead>
          <tr>
            {(['found', 'path', 'source', 'match', 'required'] as const).map((head) => (
              <th key={head} scope="col">
                {t(`target.heads.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        {(['User', 'Group'] as const).map((type) => (
          <tbody key={type}>
            <tr className="target-kind">
              <th colSpan={5} scope="colgroup">
                {t(`target.kinds.${type}`)}
              </th>
            </tr>
            {gapsFirst(target.attributes.filter((one) => one.type === type)).map((line) => (
              <Line key={line.path} line={line} all={written(target, type)} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

function Line({ line, all }: { line: TargetAttribute; all: number }) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const finding = findingOf(line)
  const note = noteOf(line.note)
  const gap = finding === 'never' && line.required ? 'missing' : finding
  return (
    <tr>
      <td>
        <Status tone={tones[gap]} word={t(`target.found.${finding}`, { count: line.count, formatted: number(line.count), all: number(all), missing: number(line.missing), broken: number(line.broken) })} />
        {line.examples.map((one, i) => (
          <div key={`${one} ${i}`} className="small mono target-example" dir="ltr">
            {one}
          </div>
        ))}
      </td>
      <th scope="row" className="mono">
        {line.path}
        {note && <span className="target-note">{t(`target.notes.${note}`)}</span>}
        {line.rule === 'phone-rfc3966' && <span className="target-note">{t('target.rules.phone')}</span>}
      </th>
      <td className="mono">{line.source}</td>
      <td className="target-match">
        {line.match > 0 ? t('target.match', { at: number(line.match) }) : ''}
        {line.apply === 'only-on-create' && <span className="target-note">{t('target.once')}</span>}
      </td>
      <td>{line.required ? t('target.required') : ''}</td>
    </tr>
  )
}

const brokenAtFirst = 20

/** Who lacks what the target requires, or has a value that breaks its rule. */
function Broken({ target }: { target: Target }) {
  const { t, i18n } = useTranslation()
  const [all, setAll] = useState(false)
  if (target.people + target.groups === 0) return null
  const shown = all ? target.broken : target.broken.slice(0, brokenAtFirst)
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <section className="card" aria-labelledby="target-broken">
      <h2 id="target-broken">{t('target.broken.title')}</h2>
      {target.broken.length === 0 ? (
        <Status tone="good" word={t('target.broken.none')} />
      ) : (
        <>
          <p className="quiet">{t('target.broken.text', { count: target.brokenTotal, formatted: number(target.brokenTotal) })}</p>
          <ul className="target-list">
            {shown.map((one, i) => (
              <BrokenRow key={`${one.id} ${one.path} ${i}`} one={one} />
            ))}
          </ul>
          {target.broken.length > brokenAtFirst && (
            <Button appearance="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
              {t(all ? 'target.broken.fewer' : 'target.broken.more', { count: target.broken.length, formatted: number(target.broken.length) })}
            </Button>
          )}
        </>
      )}
    </section>
  )
}

function BrokenRow({ one }: { one: TargetBroken }) {
  const { t } = useTranslation()
  return (
    <li>
      <Link href={hashOf({ page: one.type === 'Group' ? 'groups' : 'people', id: one.id })}>
        <bdi>{one.name}</bdi>
      </Link>
      <span className="mono">{one.path}</span>
      {one.rule === 'required' ? (
        <span>{t('target.broken.missing')}</span>
      ) : (
        <span>
          <span className="mono" dir="ltr">{one.value}</span> {one.normal ? t('target.broken.normal') : t('target.broken.noNormal')} {one.normal && <strong className="mono" dir="ltr">{one.normal}</strong>}
        </span>
      )}
    </li>
  )
}

/** What Entra sends and the target does not list. It is kept all the same. */
function Unmapped({ target }: { target: Target }) {
  const { t, i18n } = useTranslation()
  if (target.people + target.groups === 0) return null
  return (
    <section className="card" aria-labelledby="target-unmapped">
      <h2 id="target-unmapped">{t('target.unmapped.title')}</h2>
      {target.unmapped.length === 0 ? (
        <p className="quiet">{t('target.unmapped.none')}</p>
      ) : (
        <>
          <p className="quiet">{t(target.exact ? 'target.unmapped.exact' : 'target.unmapped.text')}</p>
          <ul className="target-list">
            {target.unmapped.map((one) => (
              <li key={`${one.type} ${one.path}`}>
                <span className="mono">{one.path}</span>
                <span className="quiet">{t(`target.unmapped.${one.type === 'Group' ? 'groups' : 'people'}`, { count: one.count, formatted: one.count.toLocaleString(i18n.language) })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** What the target's own tutorial asks for, each with its place in this window. */
function Steps({ codes, name }: { codes: readonly string[]; name: string }) {
  const { t } = useTranslation()
  const steps = codes.map(stepOf).filter((one) => one !== null)
  if (steps.length === 0) return null
  return (
    <section className="card" aria-labelledby="target-steps">
      <h2 id="target-steps">{t('target.steps.title', { name })}</h2>
      <ol className="target-steps">
        {steps.map((one) => (
          <li key={one}>
            {t(`target.step.${one}`)} <Link href={hashOf(stepPlaces[one])} aria-label={t('target.steps.goLabel', { step: t(`target.step.${one}`) })}>{t('target.steps.go')}</Link>
          </li>
        ))}
      </ol>
    </section>
  )
}
