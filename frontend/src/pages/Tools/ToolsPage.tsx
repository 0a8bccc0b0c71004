import { Tab, TabList } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { PageHead } from '../../components/PageHead'
import type { PageProps } from '../../shell/page'
import { go } from '../../state/route'
import { ConvertTab } from './ConvertTab'
import { LookupTab } from './LookupTab'
import { ImportTab } from './ImportTab'
import { ForecastTab } from './ForecastTab'
import { HandoverTab } from './HandoverTab'
import { JournalTab } from './JournalTab'

/** The tools in their order; each is at #/tools/NAME. */
const tools = {
  convert: ConvertTab,
  lookup: LookupTab,
  import: ImportTab,
  forecast: ForecastTab,
  handover: HandoverTab,
  journal: JournalTab,
}
type Tool = keyof typeof tools
const names = Object.keys(tools) as Tool[]

/** What helps with user IDs and the move to Entra. */
export function ToolsPage(props: PageProps) {
  const { t } = useTranslation()
  const at = names.find((name) => name === props.route.id) ?? 'convert'
  const Shown = tools[at]
  return (
    <>
      <PageHead title={t('shell.pages.tools')} />
      <TabList selectedValue={at} onTabSelect={(_, { value }) => go({ page: 'tools', id: String(value) })}>
        {names.map((name) => (
          <Tab key={name} value={name}>
            {t(`tools.tabs.${name}`)}
          </Tab>
        ))}
      </TabList>
      <Shown {...props} />
    </>
  )
}
