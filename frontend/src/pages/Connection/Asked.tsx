import { Button, type ButtonProps } from '@fluentui/react-components'
import { type ReactNode, useState } from 'react'
import { type ApiError, toApiError } from '../../api/errors'
import { Confirm } from '../../components/Confirm'

export interface AskedProps {
  /** What the button says. */
  word: string
  title: string
  /** What the dialog's button says. */
  yes: string
  run: () => Promise<void>
  /** It stays, switched off: the focus may still be on it. */
  disabled?: boolean
  appearance?: NonNullable<ButtonProps['appearance']>
  children: ReactNode
}

/** A button for what can't be taken back: it says first what will happen. */
export function Asked({ word, title, yes, run, disabled = false, appearance = 'secondary', children }: AskedProps) {
  const [asking, setAsking] = useState(false)
  const [working, setWorking] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const close = () => {
    setAsking(false)
    setError(null)
  }
  const confirm = async () => {
    setWorking(true)
    setError(null)
    try {
      await run()
      setAsking(false)
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setWorking(false)
    }
  }
  return (
    <>
      <Button appearance={appearance} disabledFocusable={disabled} onClick={() => setAsking(true)}>
        {word}
      </Button>
      {asking && (
        <Confirm title={title} confirm={yes} busy={working} error={error} onConfirm={() => void confirm()} onClose={close}>
          {children}
        </Confirm>
      )}
    </>
  )
}
