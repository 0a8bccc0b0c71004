import { Button, type ButtonProps } from '@fluentui/react-components'
import { CheckmarkRegular, CopyRegular, ErrorCircleRegular } from '@fluentui/react-icons'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

const shownFor = 2_000

/** What became of copying, for two seconds. */
export type Outcome = 'copied' | 'failed' | null

/** Shows what becomes of copying: the outcome, and a function that takes the copying. */
export function useOutcome(): [Outcome, (copying: Promise<boolean>) => void] {
  const [outcome, setOutcome] = useState<Outcome>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), shownFor)
    return () => clearTimeout(timer)
  }, [outcome])
  return [outcome, (copying) => void copying.then((done) => setOutcome(done ? 'copied' : 'failed'))]
}

export interface CopyButtonProps {
  label: string
  copied: string
  /** What the button says beside its icon; without it the label is its name and the icon stands alone. */
  text?: string
  onCopy: () => Promise<boolean>
  appearance?: NonNullable<ButtonProps['appearance']>
}

/** What stands in the button's icon. */
export const outcomeIcons = { copied: <CheckmarkRegular />, failed: <ErrorCircleRegular /> }

/** A button that copies and shows for two seconds whether it could. */
export function CopyButton({ label, copied, text, onCopy, appearance = 'subtle' }: CopyButtonProps) {
  const { t } = useTranslation()
  const [outcome, watch] = useOutcome()
  const word = outcome === 'failed' ? t('common.actionsBar.notCopied') : text && (outcome ? copied : text)
  return (
    <Button
      appearance={appearance}
      aria-label={word ? undefined : label}
      title={word ? undefined : label}
      icon={outcome ? outcomeIcons[outcome] : <CopyRegular />}
      onClick={() => watch(onCopy())}
    >
      {word}
    </Button>
  )
}
