import { Button, Field, Link, ProgressBar, Textarea } from '@fluentui/react-components'
import { ArrowUploadRegular, DismissRegular, DocumentRegular } from '@fluentui/react-icons'
import { type ClipboardEvent, type DragEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytes } from '../lib/size'
import './filedrop.css'

export interface FileDropProps {
  /** What is to be given, such as "People as CSV". */
  label: string
  hint?: string | undefined
  /** Endings that the system's dialog offers, such as ".csv,.json"; others may be dropped all the same. */
  accept?: string
  /** Bytes of a file at most. */
  limit: number
  /** What was given, null for nothing yet. */
  given: { name: string; size: number } | null
  /** It is on its way: so many of its bytes are there. */
  sent?: number | null
  /** Why it was not taken, as a sentence. */
  fault?: string | undefined
  disabled?: boolean
  onFile: (file: File) => void
  /** A text that was pasted; without it there is no such way. */
  onText?: (text: string) => void
  /** An example for the field of pasted text. */
  example?: string
  onClear: () => void
}

/** Takes a file, dropped or chosen, or a pasted text. It sends nothing itself: its owner is handed what was given. */
export function FileDrop({ label, hint, accept, limit, given, sent = null, fault, disabled = false, onFile, onText, example, onClear }: FileDropProps) {
  const { t, i18n } = useTranslation()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [pasting, setPasting] = useState(false)
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState('')
  const size = (n: number) => bytes(n, i18n.language)

  const take = (files: FileList | null) => {
    const [file] = files ?? []
    if (!file) return
    if (files && files.length > 1) return setWrong(t('tools.file.one'))
    if (file.size > limit) return setWrong(t('tools.file.tooLarge', { name: file.name, size: size(file.size), limit: Math.round(limit / 2 ** 20) }))
    setWrong('')
    setPasting(false)
    onFile(file)
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    setOver(false)
    if (disabled) return
    if (e.dataTransfer.files.length > 0) return take(e.dataTransfer.files)
    const dropped = e.dataTransfer.getData('text/plain')
    if (dropped !== '' && onText) use(dropped)
  }
  // A file that was copied in the system's file manager.
  const paste = (e: ClipboardEvent) => {
    if (e.clipboardData.files.length === 0) return
    e.preventDefault()
    take(e.clipboardData.files)
  }
  const use = (pasted: string) => {
    if (new Blob([pasted]).size > limit) return setWrong(t('tools.file.tooLarge', { name: t('tools.file.pasted'), size: size(pasted.length), limit: Math.round(limit / 2 ** 20) }))
    setWrong('')
    setPasting(false)
    setText('')
    onText?.(pasted)
  }
  const told = wrong || fault || ''

  return (
    <div className="file" role="group" aria-labelledby={`${id}-label`} onPaste={paste}>
      <div id={`${id}-label`} className="file-label">{label}</div>
      <div
        className={`file-drop${over ? ' over' : ''}`}
        onDragOver={(e) => {
          e.preventDefault()
          setOver(!disabled)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {given ? (
          <div className="file-given">
            <DocumentRegular aria-hidden className="file-icon" />
            <bdi className="file-name" title={given.name}>{given.name}</bdi>
            <span className="quiet small file-size">{size(given.size)}</span>
            <Button
              size="small" appearance="subtle" icon={<DismissRegular />} disabled={disabled}
              aria-label={t(sent === null ? 'tools.file.clear' : 'tools.file.cancel')} title={t(sent === null ? 'tools.file.clear' : 'tools.file.cancel')} onClick={onClear}
            />
          </div>
        ) : (
          <div className="file-ways">
            <ArrowUploadRegular aria-hidden className="file-icon" />
            <span>
              {t('tools.file.drop')}{' '}
              <Link as="button" inline disabled={disabled} onClick={() => input.current?.click()}>
                {t('tools.file.choose')}
              </Link>
              {onText && (
                <>
                  {' '}
                  {t('tools.file.or')}{' '}
                  <Link as="button" inline disabled={disabled} aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
                    {t('tools.file.paste')}
                  </Link>
                </>
              )}
            </span>
          </div>
        )}
        {given && sent !== null && given.size > 0 && <ProgressBar className="late" aria-label={t('tools.file.sending')} value={sent / given.size} />}
        <input
          ref={input} type="file" hidden aria-label={label} {...(accept ? { accept } : {})}
          onChange={(e) => {
            take(e.target.files)
            e.target.value = '' // the same file may be chosen again after it was mended
          }}
        />
      </div>
      {pasting && !given && (
        <div className="file-paste">
          <Field label={t('tools.file.text')}>
            <Textarea
              autoFocus
              resize="vertical" rows={5} value={text} spellCheck={false} placeholder={example ?? ''}
              onChange={(_, { value }) => setText(value)}
              onKeyDown={(e) => {
                if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || text.trim() === '') return
                e.preventDefault()
                use(text)
              }}
            />
          </Field>
          <div className="buttons">
            <Button size="small" appearance="primary" disabledFocusable={text.trim() === ''} onClick={() => text.trim() !== '' && use(text)}>
              {t('tools.file.take')}
            </Button>
            <Button size="small" onClick={() => setPasting(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </div>
      )}
      {told && (
        <p role="alert" className="small file-fault">
          {told}
        </p>
      )}
      {hint && <p className="quiet small">{hint}</p>}
    </div>
  )
}
