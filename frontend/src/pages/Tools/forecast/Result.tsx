import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Tab, TabList } from '@fluentui/react-components'
import { ArrowClockwiseRegular, ArrowLeftRegular } from '@fluentui/react-icons'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { Forecast as Made } from '../../../api/types'
import { exportForecast } from '../../../api/wails'
import { ErrorBar } from '../../../components/ErrorBar'
import { splitPath } from '../../../lib/attributes'
import { useObservable } from '../../../lib/observable'
import type { Fix, Forecast } from '../../../state/forecast'
import { go } from '../../../state/route'
import { SaveButton } from '../SaveButton'
import { Rows } from './Rows'

export interface ResultProps {
  forecast: Forecast
  made: Made
  heading: RefObject<HTMLHeadingElement | null>
}

/** What the first cycle would do, as a sentence and row by row, people and groups each in their own view, with what mends it. */
export function Result({ forecast, made, heading }: ResultProps) {
  const { t, i18n } = useTranslation()
  const { working, error, fixing, fixError, job, shown } = useObservable(forecast.view)
  const mend = async (fix: Fix, n: number[] = []) => {
    const plan = await forecast.fix(fix, n)
    if (plan !== '') go({ page: 'tools', id: 'convert', query: { plan } })
  }
  const number = (n: number) => n.toLocaleString(i18n.language)
  const unknown = shown === 'groups' ? made.groupsUnknown : made.unknown

  return (
    <section className="plan" aria-labelledby="forecast-title">
      <div className="tool-head">
        <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={forecast.forget}>
          {t('forecast.back')}
        </Button>
        <h2 id="forecast-title" ref={heading} tabIndex={-1}>{t('forecast.result')}</h2>
        <span className="spring" />
        <Button size="small" appearance="subtle" icon={<ArrowClockwiseRegular />} disabledFocusable={working} onClick={() => !working && void forecast.make()}>
          {t('forecast.again')}
        </Button>
        <SaveButton appearance="subtle" title={t('forecast.save')} save={(format) => exportForecast(made.plan, format)} />
      </div>
      <MessageBar className="aside" intent={made.green ? 'success' : 'warning'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t(!made.green ? 'forecast.notGreen' : made.withGroups ? 'forecast.greenGroups' : 'forecast.green')}</MessageBarTitle>
          {t('forecast.sentence', tally(made.counts, number))}
          {made.withGroups && ` ${t('forecast.groupsSentence', { ...tally(made.groups, number), twice: number(made.groupsTwice) })}`}
        </MessageBarBody>
        {made.mends > 0 && (
          <MessageBarActions>
            <Button disabledFocusable={fixing} onClick={() => !fixing && void mend(made.fix === 'external-id' ? 'external-id' : 'convert')}>
              {t(made.fix === 'external-id' ? 'forecast.fix.external' : 'forecast.fix.convert', { count: made.mends, formatted: number(made.mends) })}
            </Button>
          </MessageBarActions>
        )}
      </MessageBar>
      {job > 0 && (
        <MessageBar className="aside" intent="info">
          <MessageBarBody>{t('forecast.fix.begun')}</MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => go({ page: 'tools', id: 'journal', tab: String(job) })}>{t('tools.showJournal')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {fixError && <ErrorBar error={fixError} />}
      {error && <ErrorBar error={error} />}
      {made.withGroups && (
        <TabList className="aside" size="small" aria-label={t('forecast.kinds.label')} selectedValue={shown} onTabSelect={(_, { value }) => forecast.show(value === 'groups' ? 'groups' : 'people')}>
          <Tab value="people">{t('forecast.kinds.people')} <span className="chip-count">{number(made.total)}</span></Tab>
          <Tab value="groups">{t('forecast.kinds.groups')} <span className="chip-count">{number(made.groupsTotal)}</span></Tab>
        </TabList>
      )}
      {unknown.length > 0 && (
        <details className="quiet small aside tool-note">
          <summary>{t('forecast.unknown', { count: unknown.length })}</summary>
          <bdi>{unknown.map((path) => splitPath(path).name).join(', ')}</bdi>
        </details>
      )}
      <Rows key={`${shown} ${made.plan}`} forecast={forecast} made={made} shown={shown} onFix={(fix, n) => void mend(fix, [n])} />
    </section>
  )
}

/** How many rows come to what, as the sentence says it. */
function tally(counts: Made['counts'], number: (n: number) => string) {
  const count = (...states: string[]) => number(counts.reduce((sum, c) => sum + (states.includes(c.state) ? c.count : 0), 0))
  return { adopt: count('adopt', 'same'), create: count('create'), trouble: count('conflict', 'refused', 'invalid'), orphan: count('orphan') }
}
