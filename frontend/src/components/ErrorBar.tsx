import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../api/errors'
import { announceNews } from '../state/announcer'

export interface ErrorBarProps {
  error: { code: string; message: string }
  onRetry?: () => void
}

/**
 * What happened, what to do, the code, and a way to try again. Where there is none, it came of what somebody just did and
 * is told at once; what could not be loaded by itself is told politely.
 */
export function ErrorBar({ error, onRetry }: ErrorBarProps) {
  const { t } = useTranslation()
  const detail = detailOf(error)
  const key = errorKey(error.code)
  const polite = onRetry !== undefined
  useEffect(() => {
    if (polite) announceNews(`${t(`${key}.text`)} ${t(`${key}.action`)}`)
  }, [polite, key, t])
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody role={polite ? undefined : 'alert'}>
        <MessageBarTitle>{t(`${key}.text`)}</MessageBarTitle>
        {t(`${key}.action`)} <span className="code">{error.code}</span>
        {detail && (
          <div className="small quiet" lang="en">
            {detail}
          </div>
        )}
      </MessageBarBody>
      {onRetry && (
        <MessageBarActions>
          <Button onClick={onRetry}>{t('common.actionsBar.retry')}</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  )
}
