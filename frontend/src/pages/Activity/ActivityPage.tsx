import type { PageProps } from '../../shell/page'
import { RequestLog } from './RequestLog'

export function ActivityPage({ session, snapshot }: PageProps) {
  return <RequestLog log={session.log} address={snapshot.address} />
}
