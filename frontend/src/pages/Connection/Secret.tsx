import { Input } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/CopyButton'
import { copySecret } from '../../state/clipboard'

interface Kept {
  value: string
  /** It was copied, so that what shows it may be closed. */
  copied: boolean
  /** Somebody wanted to close before that. */
  stayed: boolean
  stay: () => void
  copyNow: () => Promise<boolean>
}

/** A secret at the one moment it is shown, and whether it was copied. */
export function useSecret(value: string): Kept {
  const [copied, setCopied] = useState(false)
  const [stayed, setStayed] = useState(false)
  const copyNow = async () => {
    const done = await copySecret(value)
    if (done) setCopied(true)
    return done
  }
  return { value, copied, stayed, stay: () => setStayed(true), copyNow }
}

/** Shows it, and copies it by either way: counted as copied, and emptied after a minute. */
export function Secret({ value, copied, stayed, copyNow, label, copyWord }: Kept & { label: string; copyWord: string }) {
  const { t } = useTranslation()
  return (
    <>
      <div className="secret">
        <Input
          readOnly
          aria-label={label}
          value={value}
          input={{ spellCheck: false, autoComplete: 'off' }}
          onFocus={(e) => e.currentTarget.select()}
          onCopy={(e) => {
            e.preventDefault()
            void copyNow()
          }}
        />
        <CopyButton appearance="primary" label={copyWord} text={copyWord} copied={t('common.actionsBar.copied')} onCopy={copyNow} />
      </div>
      {stayed && !copied && <p role="alert">{t('tokens.rotation.stays')}</p>}
      {copied && <p className="quiet">{t('tokens.rotation.clears')}</p>}
    </>
  )
}
