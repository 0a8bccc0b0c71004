import type { PageProps } from '../../shell/page'

export function ImportTab(_: PageProps) {
  return null
}
