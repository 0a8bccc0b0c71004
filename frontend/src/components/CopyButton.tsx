import { Button, type ButtonProps } from '@fluentui/react-components'
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons'
import { useEffect, useState } from 'react'

const shownFor = 2_000

export interface CopyButtonProps {
  label: string
  copied: string
  /** What the button says beside its icon; without it the label is its name and the icon stands alone. */
  text?: string
  onCopy: () => Promise<boolean>
  appearance?: NonNullable<ButtonProps['appearance']>
}

/** A button that copies and shows for two seconds that it did. */
export function CopyButton({ label, copied, text, onCopy, appearance = 'subtle' }: CopyButtonProps) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), shownFor)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <Button
      appearance={appearance}
      aria-label={text ? undefined : label}
      title={text ? undefined : label}
      icon={done ? <CheckmarkRegular /> : <CopyRegular />}
      onClick={() => void onCopy().then(setDone)}
    >
      {text ? (done ? copied : text) : undefined}
    </Button>
  )
}
