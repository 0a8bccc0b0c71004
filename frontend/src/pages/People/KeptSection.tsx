import { Button, Spinner } from '@fluentui/react-components'
import { EditRegular } from '@fluentui/react-icons'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Person } from '../../api/types'
import { editPerson } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { when } from '../../lib/time'
import { announce } from '../../state/announcer'
import { Line } from '../Directory/Profile'
import { draftOf, editOf } from './draft'
import { PersonForm } from './PersonForm'
import { roleKey } from './words'

/** What is kept here of a person, which Entra neither reads nor writes; of one made here all of them can be changed with it. */
export function KeptSection({ value, onSaved }: { value: Person; onSaved: () => void }) {
  const { t, i18n } = useTranslation()
  const [editing, setEditing] = useState(false)
  const button = useRef<HTMLElement>(null)
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !editing) button.current?.focus()
    was.current = editing
  }, [editing])

  const { localId, role, note, former } = value
  const whole = !value.entra
  return (
    <section className="kept" aria-labelledby="kept-title">
      <div className="part-head">
        <h3 id="kept-title">{t(editing && whole ? 'people.kept.editWhole' : 'people.kept.title')}</h3>
        <span className="spring" />
        {!editing && value.state !== 'deleted' && (
          <Button
            ref={(el: HTMLElement | null) => {
              button.current = el
            }}
            size="small"
            icon={<EditRegular />}
            onClick={() => setEditing(true)}
          >
            {t(whole ? 'people.kept.editWhole' : 'people.kept.edit')}
          </Button>
        )}
      </div>
      <p className="quiet small">{t(editing && whole ? 'people.madeHere' : 'people.kept.text')}</p>
      {editing ? (
        <EditForm
          value={value}
          onClose={(saved) => {
            setEditing(false)
            if (saved) onSaved()
          }}
        />
      ) : (
        <dl>
          <Line name={t('directory.columns.localId')} value={localId} mono copyLabel={t('people.kept.copyLocalId')} />
          {role !== '' && <Line name={t('directory.columns.role')} value={t(roleKey(role))} />}
          {note !== '' && <Line name={t('people.kept.note')} value={<span className="note">{note}</span>} />}
          {value.protected && <Line name={t('people.kept.protected')} value={t('people.kept.protectedText')} />}
          {former.length > 0 && (
            <Line
              name={t('people.kept.former')}
              value={
                <ul className="former">
                  {former.map(({ userName, until }, i) => (
                    <li key={`${i} ${userName}`}>
                      <bdi className="mono">{userName}</bdi> <span className="quiet small">{t('people.kept.until', { when: when(until, i18n.language) })}</span>
                    </li>
                  ))}
                </ul>
              }
            />
          )}
        </dl>
      )}
    </section>
  )
}

/** The form in its place. What others change meanwhile does not change it; saving says so, and then saves over what is there now. */
function EditForm({ value, onClose }: { value: Person; onClose: (saved: boolean) => void }) {
  const { t } = useTranslation()
  const [base, setBase] = useState(value)
  const [draft, setDraft] = useState(() => draftOf(value))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector<HTMLElement>('input')?.focus(), [])

  const save = async (e: FormEvent) => {
    e.preventDefault()
    if (busy) return
    setBusy(true)
    setError(null)
    try {
      await editPerson(editOf(draft, base))
      announce(t('people.kept.saved'))
      onClose(true)
    } catch (thrown) {
      const fault = toApiError(thrown)
      if (fault.code === 'CHANGED') setBase(value)
      setError(fault)
      setBusy(false)
    }
  }
  return (
    <form
      ref={form}
      className="kept-form"
      onSubmit={(e) => void save(e)}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented || busy) return
        e.preventDefault()
        e.stopPropagation()
        onClose(false)
      }}
    >
      <PersonForm draft={draft} onDraft={setDraft} whole={!base.entra} managerName={base.manager.name || base.manager.id} disabled={busy} />
      {error && <ErrorBar error={error} />}
      {base.mark !== value.mark && <p className="small">{t('people.kept.now', { localId: value.localId || t('directory.profile.none'), note: value.note || t('directory.profile.none') })}</p>}
      <div className="toolbar">
        <Button appearance="primary" type="submit" disabledFocusable={busy} icon={busy ? <Spinner size="tiny" /> : null}>
          {t('people.kept.save')}
        </Button>
        <Button disabled={busy} onClick={() => onClose(false)}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
