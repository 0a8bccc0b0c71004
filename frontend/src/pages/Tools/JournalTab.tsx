import type { PageProps } from '../../shell/page'

export function JournalTab(_: PageProps) {
  return null
}
