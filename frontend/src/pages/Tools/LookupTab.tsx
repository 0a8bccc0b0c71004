import type { PageProps } from '../../shell/page'

export function LookupTab(_: PageProps) {
  return null
}
