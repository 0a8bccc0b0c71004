import type { PageProps } from '../../shell/page'

export function ForecastTab(_: PageProps) {
  return null
}
