import { Button, Input } from '@fluentui/react-components'
import { type FormEvent, type Ref, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UserIDRow } from '../../../api/types'
import { Named, Strip } from '../Strip'
import { planWord, reasonText } from '../words'

export interface RowStripProps {
  row: UserIDRow
  busy: boolean
  /** Whether it could be settled so. */
  onSettle: (how: '' | 'skip' | 'suffix' | 'type', to?: string) => Promise<boolean>
  onClose: () => void
  ref: Ref<HTMLElement>
}

/** One row in full: why it is as it is, who else is in it, and what can be done about it. */
export function RowStrip({ row, busy, onSettle, onClose, ref }: RowStripProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(row.settled === 'type' ? row.to : '')
  const moves = row.state === 'change' || row.state === 'case'
  const open = row.state === 'collision'
  const how = row.with !== '' && (row.code === 'kept' || row.code === 'doubled') ? row.code : null
  const reason = how || (row.chain && row.code === '') ? '' : reasonText(t, row)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!busy && typed.trim() !== '') void onSettle('type', typed.trim())
  }
  return (
    <Strip
      ref={ref} label={t('convert.strip.label')} title={<Named id={row.id} name={row.id === '' ? row.from : row.name || row.id} />} state={planWord(t, row.state)}
      beside={row.settled !== '' && <span className="quiet small">{t('convert.strip.settled')}</span>} onClose={onClose}
    >
      <dl className="strip-facts">
        <dt>{t('convert.strip.now')}</dt>
        <dd dir="auto">{row.from || '–'}</dd>
        <dt>{t(moves || open ? 'convert.strip.then' : 'convert.strip.would')}</dt>
        <dd dir="auto">{row.to || '–'}</dd>
        {row.with !== '' && (
          <>
            <dt>{t(open ? 'convert.strip.with' : 'convert.strip.from')}</dt>
            <dd>
              <Named id={row.withId} name={row.with || row.withId} /> <bdi className="quiet">({row.withFrom})</bdi>
              {how && `, ${t(`convert.with.${how}`)}`}
            </dd>
          </>
        )}
      </dl>
      {reason !== '' && <p className="quiet small">{reason}</p>}
      {row.state === 'owned' && <p className="small">{t('convert.strip.owned')}</p>}
      {(open || moves || row.settled !== '') && (
        <div className="strip-choices">
          {row.settled !== 'skip' && (
            <Button size="small" disabledFocusable={busy} onClick={() => void onSettle('skip')}>
              {t('convert.strip.skip')}
            </Button>
          )}
          {open && (
            <Button size="small" disabledFocusable={busy} onClick={() => void onSettle('suffix')}>
              {t('convert.strip.suffix')}
            </Button>
          )}
          {row.settled !== '' && (
            <Button size="small" disabledFocusable={busy} onClick={() => void onSettle('')}>
              {t('convert.strip.undo')}
            </Button>
          )}
          <form onSubmit={submit} noValidate>
            <Input
              className="strip-type" size="small" value={typed} maxLength={1024} spellCheck={false} autoComplete="off" aria-label={t('convert.strip.type')}
              placeholder={t('convert.strip.type')} onChange={(_, { value }) => setTyped(value)}
            />
            <Button type="submit" size="small" disabledFocusable={busy || typed.trim() === ''}>
              {t('convert.strip.use')}
            </Button>
          </form>
        </div>
      )}
    </Strip>
  )
}
