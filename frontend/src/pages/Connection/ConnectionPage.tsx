import { useTranslation } from 'react-i18next'
import { PageHead } from '../../components/PageHead'
import type { PageProps } from '../../shell/page'
import { AddressCard } from './AddressCard'
import { SeenCard } from './SeenCard'
import { StepsCard } from './StepsCard'
import { TokenCard } from './TokenCard'
import './connection.css'

/** What Entra needs, and what was seen of it. */
export function ConnectionPage({ snapshot, unsure }: PageProps) {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.pages.connection')} />
      <div className="connection">
        <div className="connection-state">
          <AddressCard snapshot={snapshot} unsure={unsure} />
          <TokenCard snapshot={snapshot} unsure={unsure} />
          <SeenCard snapshot={snapshot} unsure={unsure} />
        </div>
        <StepsCard snapshot={snapshot} />
      </div>
    </>
  )
}
