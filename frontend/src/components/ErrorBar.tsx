import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../api/errors'

export interface ErrorBarProps {
  error: { code: string; message: string }
  onRetry?: () => void
}

/** What happened, what to do, the code, and a way to try again. */
export function ErrorBar({ error, onRetry }: ErrorBarProps) {
  const { t } = useTranslation()
  const detail = detailOf(error)
  const key = errorKey(error.code)
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
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
