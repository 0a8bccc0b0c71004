import { Link, Radio, RadioGroup } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Guide, Snapshot } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { reach } from '../../lib/address'
import { clouds, type Deed, deeds, type DeedsOf, portals } from '../../lib/guide'
import { copy } from '../../state/clipboard'
import { guideStore } from '../../state/guide'
import { hashOf } from '../../state/route'
import { OpenPage } from '../Connection/OpenPage'
import { TokenButton } from '../Connection/TokenButton'

/** What is pressed in Entra's portal, in its own words, for the generation and the cloud in front of the admin. */
export function Portal({ guide, snapshot, of }: { guide: Guide; snapshot: Snapshot; of: DeedsOf }) {
  const { t } = useTranslation()
  const portal = portals.find((one) => one === guide.portal) ?? 'current'
  const cloud = clouds.find((one) => one === guide.cloud) ?? 'public'
  return (
    <div className="setup-portal steps">
      <div className="setup-which">
        <div>
          <h3 id="portal-label">{t('setup.portalLabel')}</h3>
          <RadioGroup aria-labelledby="portal-label" layout="horizontal" value={portal} onChange={(_, { value }) => void guideStore.save({ portal: value })}>
            {portals.map((one) => (
              <Radio key={one} value={one} label={t(`setup.portals.${one}`)} />
            ))}
          </RadioGroup>
        </div>
        {of === 'values' && (
          <div>
            <h3 id="cloud-label">{t('setup.cloudLabel')}</h3>
            <RadioGroup aria-labelledby="cloud-label" layout="horizontal" value={cloud} onChange={(_, { value }) => void guideStore.save({ cloud: value })}>
              {clouds.map((one) => (
                <Radio key={one} value={one} label={t(`setup.clouds.${one}`)} />
              ))}
            </RadioGroup>
          </div>
        )}
      </div>
      <p className="quiet small">{t(`setup.portalHints.${portal}`)}</p>
      <ol>
        {deeds[of][portal].map((deed) => (
          <li key={deed} data-deed={deed}>
            {t(`setup.portal.${deed}`)}{' '}
            <Value deed={deed} snapshot={snapshot} />
          </li>
        ))}
      </ol>
      <div className="buttons">
        <OpenPage page={cloud === 'usgov' ? 'entra-usgov' : 'entra'} word={t('connection.entra.open')} />
      </div>
    </div>
  )
}

/** The value that goes into a field of the portal. */
function Value({ deed, snapshot }: { deed: Deed; snapshot: Snapshot }) {
  const { t } = useTranslation()
  const { address, token } = snapshot
  if (deed === 'url') {
    if (reach(address) !== 'https') return <p className="quiet small">{t('setup.urlMissing')}</p>
    return (
      <p className="with-copy">
        <span className="mono">{address}</span>
        <CopyButton appearance="secondary" label={t('connection.address.copy')} text={t('common.actionsBar.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(address)} />
      </p>
    )
  }
  if (deed === 'token') {
    return (
      <>
        <p className="quiet small">{token.exists ? t('setup.tokenLost', { lastFour: token.lastFour }) : t('connection.steps.tokenFirst')}</p>
        <div className="buttons">
          <TokenButton snapshot={snapshot} isNext={!token.exists} />
        </div>
      </>
    )
  }
  if (deed === 'mapping' || deed === 'mappings') return <Link href={hashOf({ page: 'connection', id: 'target' })}>{t('setup.mappingTable')}</Link>
  return null
}
