import type { PageProps } from '../../shell/page'

export function HandoverTab(_: PageProps) {
  return null
}
