import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { AddressChange } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import { when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { connection } from '../../state/connection'
import { OpenEntra } from './OpenEntra'

/** The alarm that Entra has an address that is no longer ours: both addresses, and what to do there. */
export function ChangedAddress({ changed, off }: { changed: AddressChange; off: boolean }) {
  const { t, i18n } = useTranslation()
  const { working, failed } = useObservable(connection.state)
  const settle = async () => {
    if (await connection.settle()) announce(t('connection.done.settle'))
  }
  return (
    <section aria-labelledby="changed-title" className="changed">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle id="changed-title">
            {t('connection.changed.title', { when: when(changed.at, i18n.language) })}
          </MessageBarTitle>
          {t('connection.changed.text')}
          <dl className="connection-facts">
            <dt>{t('connection.changed.old')}</dt>
            <dd className="mono">
              <s>{changed.old}</s>
            </dd>
            <dt>{t('connection.changed.new')}</dt>
            <dd className="mono">{changed.new}</dd>
          </dl>
          <p className="small">{t('connection.changed.how')}</p>
        </MessageBarBody>
        <MessageBarActions>
          <CopyButton appearance="primary" label={t('connection.changed.copy')} text={t('connection.changed.copy')} copied={t('common.actionsBar.copied')} onCopy={() => copy(changed.new)} />
          <OpenEntra size="small" />
          <Button disabledFocusable={off || working !== null} onClick={() => void settle()}>
            {t('connection.changed.settle')}
          </Button>
        </MessageBarActions>
      </MessageBar>
      {failed?.work === 'settle' && <ErrorBar error={failed.error} />}
    </section>
  )
}
