import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toApiError } from '../../../api/errors'
import type { UserIDRow } from '../../../api/types'
import { exampleUserId } from '../../../api/wails'
import { FromTo } from '../../../components/PlanGrid'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import type { Convert } from '../../../state/convert'
import { planWord } from '../words'

const settled = 250

/** What the rule makes of the first person whom it is about, while it is being typed; or what of it can't be followed. */
export function Example({ convert, ready }: { convert: Convert; ready: boolean }) {
  const { t } = useTranslation()
  useObservable(convert.view)
  useObservable(convert.upload.view)
  const rule = ready ? JSON.stringify(convert.rule()) : ''
  const [shown, setShown] = useState<{ row: UserIDRow | null; fault: string }>({ row: null, fault: '' })
  useEffect(() => {
    if (rule === '') return setShown({ row: null, fault: '' })
    let gone = false
    const timer = setTimeout(() => {
      exampleUserId(JSON.parse(rule)).then(
        (row) => gone || setShown({ row: row.id === '' && row.from === '' ? null : row, fault: '' }),
        (thrown: unknown) => {
          const error = toApiError(thrown)
          if (!gone) setShown({ row: null, fault: error.code === 'BAD_QUERY' || error.code === 'BAD_FILE' ? error.message : '' })
        },
      )
    }, settled)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [rule])
  const { row, fault } = shown
  if (!row && fault === '') return null
  return (
    <div className="example small" aria-live="polite">
      {row ? (
        <>
          <span className="quiet">
            {t('convert.example')} <bdi>{row.name}</bdi>
          </span>
          <span>
            <bdi>{row.from}</bdi> <span aria-hidden>→</span>
            <span className="visually-hidden">{t('convert.becomes')}</span> {row.to !== '' && <FromTo from={row.from} to={row.to} side="to" />}
          </span>
          {row.state !== 'change' && <Status {...planWord(t, row.state)} />}
        </>
      ) : (
        <Status tone="warning" word={fault} />
      )}
    </div>
  )
}
