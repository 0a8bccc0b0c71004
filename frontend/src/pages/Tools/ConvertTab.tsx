import type { PageProps } from '../../shell/page'

export function ConvertTab(_: PageProps) {
  return null
}
