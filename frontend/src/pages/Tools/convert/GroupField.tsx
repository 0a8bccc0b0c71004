import { Combobox, Field, Option } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GroupRow } from '../../../api/types'
import { groups } from '../../../api/wails'
import { type ApiError, errorKey, toApiError } from '../../../api/errors'

const most = 20
const settled = 200

interface Group {
  id: string
  name: string
}

/** One group, found by typing. */
export function GroupField({ group, onGroup }: { group: Group | null; onGroup: (group: Group | null) => void }) {
  const { t, i18n } = useTranslation()
  const [typed, setTyped] = useState(group?.name ?? '')
  const [found, setFound] = useState<{ rows: GroupRow[]; total: number }>({ rows: [], total: 0 })
  const [error, setError] = useState<ApiError | null>(null)
  const search = group?.name === typed ? '' : typed.trim()
  useEffect(() => {
    let gone = false
    const timer = setTimeout(() => {
      groups({ list: '', search, state: '', sort: 'name', descending: false, from: 0, limit: most, group: '' }).then(
        ({ rows, total }) => {
          if (gone) return
          setFound({ rows, total })
          setError(null)
        },
        (thrown: unknown) => gone || setError(toApiError(thrown)),
      )
    }, search === '' ? 0 : settled)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [search])
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <Field
      label={t('convert.fields.group')}
      {...(error ? { validationState: 'error' as const, validationMessage: t(`${errorKey(error.code)}.text`) } : {})}
      hint={found.total > found.rows.length ? t('convert.group.more', { shown: number(found.rows.length), total: number(found.total) }) : null}
    >
      <Combobox
        freeform value={typed} selectedOptions={group ? [group.id] : []} placeholder={t('convert.group.type')}
        onChange={(e) => {
          setTyped(e.target.value)
          onGroup(null)
        }}
        onOptionSelect={(_, { optionValue }) => {
          const chosen = found.rows.find((row) => row.id === optionValue)
          if (!chosen) return
          setTyped(chosen.name)
          onGroup({ id: chosen.id, name: chosen.name })
        }}
      >
        {found.rows.map((row) => (
          <Option key={row.id} value={row.id} text={row.name}>
            {row.name} ({t('shell.palette.members', { count: row.members, formatted: number(row.members) })})
          </Option>
        ))}
        {found.rows.length === 0 && (
          <Option key="" value="" disabled text={t('convert.group.none')}>
            {t('convert.group.none')}
          </Option>
        )}
      </Combobox>
    </Field>
  )
}
