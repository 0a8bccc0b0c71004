import { Button, MessageBar, MessageBarActions, MessageBarBody, Tab, TabList } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { PageHead } from '../../components/PageHead'
import { errorKey } from '../../api/errors'
import { isUnderWay, kindOf, standsStill } from '../../lib/jobs'
import { type ToolName, toolNames } from '../../lib/tools'
import type { PageProps } from '../../shell/page'
import { go } from '../../state/route'
import { ConvertTab } from './ConvertTab'
import { LookupTab } from './LookupTab'
import { ImportTab } from './ImportTab'
import { ForecastTab } from './ForecastTab'
import { HandoverTab } from './HandoverTab'
import { JournalTab } from './JournalTab'
import './tools.css'

const tools = {
  convert: ConvertTab,
  lookup: LookupTab,
  import: ImportTab,
  forecast: ForecastTab,
  handover: HandoverTab,
  journal: JournalTab,
} satisfies Record<ToolName, unknown>

/** What helps with user IDs and the move to Entra. */
export function ToolsPage(props: PageProps) {
  const { t, i18n } = useTranslation()
  const at = toolNames.find((name) => name === props.route.id) ?? 'convert'
  const { job } = props.snapshot
  const Shown = tools[at]
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <section className="tools" aria-labelledby="page-title">
      <PageHead title={t('shell.pages.tools')} />
      <TabList className="tools-tabs" selectedValue={at} onTabSelect={(_, { value }) => go({ page: 'tools', id: String(value) })}>
        {toolNames.map((name) => (
          <Tab key={name} value={name} id={`tool-${name}`} aria-controls="tool">
            {t(`tools.tabs.${name}`)}
          </Tab>
        ))}
      </TabList>
      {isUnderWay(job) && (at === 'lookup' || at === 'forecast' || at === 'handover') && (
        <MessageBar intent={standsStill(job) ? 'warning' : 'info'} layout={standsStill(job) ? 'multiline' : 'auto'}>
          <MessageBarBody>
            {t('tools.underWay', { kind: t(`journal.kinds.${kindOf(job.kind)}`), done: number(job.done + job.failed), total: number(job.total) })}{' '}
            {standsStill(job) && t('journal.still.line', { why: t(`${errorKey(job.code)}.text`) })}
          </MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => go({ page: 'tools', id: 'journal', tab: String(job.seq) })}>{t('tools.showJournal')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <div className="tool-panel" role="tabpanel" id="tool" aria-labelledby={`tool-${at}`}>
        <Shown key={at} {...props} />
      </div>
    </section>
  )
}
