import type { PageProps } from '../../shell/page'
import { Setup } from './Setup'

export function ConnectionPage({ snapshot }: PageProps) {
  return <Setup snapshot={snapshot} />
}
