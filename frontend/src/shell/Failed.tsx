import { Button, Card, Title3 } from '@fluentui/react-components'
import { ErrorCircleFilled } from '@fluentui/react-icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, detailOf, errorKey } from '../api/errors'
import { CopyButton } from '../components/CopyButton'
import { DiagnosticsButton } from '../pages/Settings/DiagnosticsSection'
import { FolderChoice } from '../pages/Settings/Folder'
import { Look } from '../pages/Settings/LookSection'
import { copy } from '../state/clipboard'

/** The data folder could not be opened: why, what to do, once more, or another folder. */
export function Failed({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const { t } = useTranslation()
  const [choosing, setChoosing] = useState(false)
  const detail = detailOf(error)
  const key = errorKey(error.code)
  return (
    <main className="opening">
      <Card className="failed">
        <div className="failed-title" role="alert">
          <ErrorCircleFilled aria-hidden className="failed-icon" />
          <Title3 as="h1">{t('shell.failed.title')}</Title3>
        </div>
        <p>{t(`${key}.text`)}</p>
        <p>{t(`${key}.action`)}</p>
        {detail && (
          <p className="mono quiet" lang="en">
            {detail}
          </p>
        )}
        <p className="quiet">
          {t('shell.failed.code')} <span className="code">{error.code}</span>
        </p>
        <div className="buttons">
          <Button appearance="primary" disabledFocusable={choosing} onClick={onRetry}>
            {t('common.actionsBar.retry')}
          </Button>
          <CopyButton
            label={t('common.actionsBar.copyError')}
            text={t('common.actionsBar.copyError')}
            copied={t('common.actionsBar.copied')}
            onCopy={() => copy(`${error.code}: ${error.message}`)}
          />
          <DiagnosticsButton />
        </div>
        <section className="failed-part" aria-labelledby="failed-folder">
          <h2 id="failed-folder">{t('settings.folder.title')}</h2>
          <FolderChoice sample={false} off={false} onOpened={onRetry} onBusy={setChoosing} />
        </section>
        <section className="failed-part" aria-labelledby="failed-look">
          <h2 id="failed-look">{t('settings.look.title')}</h2>
          <Look />
        </section>
      </Card>
    </main>
  )
}
