import { Button, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components'
import { DismissRegular, OpenRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../api/errors'
import type { Snapshot } from '../api/types'
import { openPage } from '../api/wails'
import { CopyButton } from '../components/CopyButton'
import { ErrorBar } from '../components/ErrorBar'
import { useReturnedFocus } from '../lib/focus'
import { copy } from '../state/clipboard'
import { Caps } from './Caps'
import { type Key, keys } from './keys'
import { dismiss } from './overlay'

/** The keyboard, where the data lies, and where to read on. */
export function Help({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation()
  useReturnedFocus()
  const [error, setError] = useState<ApiError | null>(null)
  const open = () => {
    setError(null)
    openPage('scim-docs').catch((thrown) => setError(toApiError(thrown)))
  }
  return (
    <Dialog open onOpenChange={(_, { open: isOpen }) => isOpen || dismiss()} surfaceMotion={null}>
      <DialogSurface className="help" backdropMotion={null}>
        <DialogBody>
          <DialogTitle
            action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={() => dismiss()} />}
          >
            {t('shell.help.title')}
          </DialogTitle>
          <DialogContent className="help-content">
            <div className="help-keys">
              {(['window', 'list'] as const).map((where) => (
                <section key={where}>
                  <h3>{t(`shell.help.${where}`)}</h3>
                  <dl>
                    {keys.filter((key) => key.where === where).map((key) => (
                      <KeyLine key={key.line} of={key} />
                    ))}
                  </dl>
                </section>
              ))}
            </div>
            <section className="help-about">
              <h3>{t('shell.help.about')}</h3>
              <p>{t('shell.help.version', { name: t('shell.name'), version: snapshot.version })}</p>
              <p className="help-folder">
                <span>
                  {t(snapshot.sample ? 'shell.help.sampleFolder' : 'shell.help.folder')} <span className="mono">{snapshot.folder}</span>
                </span>
                <CopyButton label={t('shell.help.copyFolder')} copied={t('common.actionsBar.copied')} onCopy={() => copy(snapshot.folder)} />
              </p>
              <p>{t('shell.help.guideText')}</p>
              <Button icon={<OpenRegular />} onClick={open}>
                {t('shell.help.guide')}
              </Button>
              {error && <ErrorBar error={error} onRetry={open} />}
            </section>
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

function KeyLine({ of: { line, caps } }: { of: Key }) {
  const { t } = useTranslation()
  return (
    <div className="key-line">
      <dt>{t(`shell.keys.lines.${line}`)}</dt>
      <dd>
        {caps.map((held) => (
          <Caps key={held.join()} caps={held} />
        ))}
      </dd>
    </div>
  )
}
