import { Button, Spinner } from '@fluentui/react-components'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorBar } from '../../components/ErrorBar'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { announce } from '../../state/announcer'
import { fieldOf, isWrong, type Section as Name, sections, settingsDraft } from '../../state/settings'

export interface SectionProps {
  id: string
  title: string
  /** The section that the address names. */
  here: string
  children: ReactNode
}

/** A part of the settings that can be gone to by its name. */
export function Section({ id, title, here, children }: SectionProps) {
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (here !== id) return
    head.current?.scrollIntoView({ block: 'start' })
    // Whoever came by a key stands on the page's title while the settings were being read.
    if (document.activeElement?.id === 'page-title') head.current?.focus()
  }, [here, id])
  return (
    <section className="card settings-section" aria-labelledby={`settings-${id}`}>
      <h2 id={`settings-${id}`} ref={head} tabIndex={-1} {...(here === id ? { 'data-here': '' } : {})}>
        {title}
      </h2>
      {children}
    </section>
  )
}

export interface SaveFormProps {
  name: Name
  off: boolean
  /** Asked before it is saved; false stops it. */
  confirm?: () => Promise<boolean>
  /** The field itself tells what failed. */
  told?: boolean
  /** What is still to do elsewhere once it is saved. */
  next?: string
  children: ReactNode
}

const savedFor = 5_000

/** Fields that are saved together, what became of it, and the buttons, which come when there is something to save. */
export function SaveForm({ name, off, confirm, told = false, next, children }: SaveFormProps) {
  const { t } = useTranslation()
  const { saving, failed } = useObservable(settingsDraft.state)
  const form = useRef<HTMLFormElement>(null)
  const busy = saving === name
  const isTyped = settingsDraft.isTyped(name)
  const error = failed?.section === name ? failed.error : null
  const [done, setDone] = useState<'no' | 'just' | 'before'>('no')
  useEffect(() => {
    if (done !== 'just') return
    const timer = setTimeout(() => setDone('before'), savedFor)
    return () => clearTimeout(timer)
  }, [done])

  const submit = async (e: FormEvent) => {
    e.preventDefault()
    if (off || busy || !isTyped) return
    const wrong = sections[name].find((field) => isWrong(field, settingsDraft.value(field)))
    if (wrong) {
      focus(wrong)
      return
    }
    if (confirm && !(await confirm())) return
    if (await settingsDraft.save(name)) {
      announce([t('settings.saved'), next].filter(Boolean).join(' '))
      setDone('just')
      if (!settingsDraft.isTyped(name)) focus(sections[name][0])
      return
    }
    const { failed: why } = settingsDraft.state.get()
    const field = why && fieldOf(why)
    if (field) focus(field)
  }
  const discard = () => {
    settingsDraft.discard(name)
    focus(sections[name][0])
  }
  const focus = (field: string) => requestAnimationFrame(() => form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus())

  return (
    <form ref={form} className="settings-form" noValidate onSubmit={(e) => void submit(e)}>
      {children}
      {error && !told && <ErrorBar error={error} />}
      {!isTyped && done === 'just' && <Status tone="good" word={t('settings.saved')} />}
      {!isTyped && done !== 'no' && next && <p className="settings-note">{next}</p>}
      {isTyped && (
        <div className="settings-save">
          <Status tone="waiting" word={t('settings.unsaved')} />
          <span className="spring" />
          <Button disabled={busy} onClick={discard}>
            {t('settings.discard')}
          </Button>
          <Button type="submit" appearance="primary" disabledFocusable={busy || off} icon={busy ? <Spinner size="extra-tiny" /> : null}>
            {t(busy ? 'settings.saving' : 'settings.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
