import type { PageProps } from '../../shell/page'
import { StateTiles } from './StateTiles'

export function OverviewPage({ snapshot, unsure }: PageProps) {
  return <StateTiles snapshot={snapshot} unsure={unsure} />
}
