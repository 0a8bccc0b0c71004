import { Button, Input, Spinner } from '@fluentui/react-components'
import { DismissRegular, SearchRegular } from '@fluentui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

const settled = 200
const longest = 200

export interface SearchFieldProps {
  label: string
  /** In the empty field, where there is no room for the label. */
  placeholder?: string
  value: string
  /** Called when typing has paused for a moment, and at once when the field is cleared. */
  onSearch: (text: string) => void
  /** An answer is awaited. */
  busy: boolean
  /** The field that the page's own key leads to. */
  main?: boolean
}

/** A field to search by. Escape clears it; a search that takes long shows that it goes on. */
export function SearchField({ label, placeholder = label, value, onSearch, busy, main = false }: SearchFieldProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const sent = useRef(value)

  // Somebody else may set the search: a link, or a button that clears it.
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])

  const send = (next: string) => {
    clearTimeout(timer.current)
    sent.current = next.trim()
    onSearch(next.trim())
  }
  const type = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => send(next), settled)
  }
  const clear = () => {
    setText('')
    send('')
    input.current?.focus()
  }

  return (
    <Input
      className="search-field"
      aria-label={label}
      placeholder={placeholder}
      type="text"
      maxLength={longest}
      value={text}
      input={{ ref: input, ...(main ? { 'data-filter': true } : {}) } as { ref: typeof input }}
      contentBefore={<SearchRegular aria-hidden />}
      contentAfter={
        <>
          {busy && <Spinner className="late" size="extra-tiny" aria-label={t('directory.search.busy')} />}
          {text !== '' && (
            <Button appearance="transparent" size="small" icon={<DismissRegular />} aria-label={t('directory.search.clear')} title={t('directory.search.clear')} onClick={clear} />
          )}
        </>
      }
      onChange={(_, data) => type(data.value)}
      onKeyDown={(e) => {
        if (e.key === 'Enter') send(text)
        else if (e.key === 'Escape' && text !== '') clear()
        else return
        e.preventDefault()
        e.stopPropagation()
      }}
    />
  )
}
