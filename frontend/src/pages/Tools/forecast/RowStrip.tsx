import { Button } from '@fluentui/react-components'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { ForecastRow } from '../../../api/types'
import { Changes } from '../../../components/Changes'
import type { Fix } from '../../../state/forecast'
import { Named, Strip } from '../Strip'
import { reasonOf, rowWord } from './words'

export interface RowStripProps {
  row: ForecastRow
  busy: boolean
  onFix: (fix: Fix) => void
  onClose: () => void
  ref: Ref<HTMLElement>
}

/** One row in full: who it is on both sides, why, and which values change. */
export function RowStrip({ row, busy, onFix, onClose, ref }: RowStripProps) {
  const { t } = useTranslation()
  const reason = reasonOf(t, row)
  const other = row.withId !== '' && row.withId !== row.id
  const page = row.kind === 'group' ? 'groups' : 'people'
  const members = row.kind === 'group' && <span className="quiet small"> {t('forecast.strip.members', { count: row.members })}</span>
  return (
    <Strip ref={ref} label={t('forecast.strip.label')} title={<bdi>{row.name || row.upn}</bdi>} state={rowWord(t, row)} onClose={onClose}>
      <dl className="strip-facts">
        {row.upn !== '' && (
          <>
            <dt>{t('forecast.columns.upn')}</dt>
            <dd dir="auto">{row.upn}{row.line > 0 && <span className="quiet small"> {t('forecast.strip.line', { line: row.line })}</span>}</dd>
          </>
        )}
        {row.kind === 'group' && row.objectId !== '' && (
          <>
            <dt>{t('forecast.columns.objectId')}</dt>
            <dd><bdi className="mono">{row.objectId}</bdi>{row.line > 0 && <span className="quiet small"> {t('forecast.strip.line', { line: row.line })}</span>}</dd>
          </>
        )}
        {row.id !== '' && (
          <>
            <dt>{t('forecast.strip.here')}</dt>
            <dd>
              <Named page={page} id={row.id} name={row.here || row.id} />
              {members}
              {row.by !== '' && <span className="quiet small"> {t('forecast.strip.by', { attribute: row.by })}</span>}
            </dd>
          </>
        )}
        {other && (
          <>
            <dt>{t(row.reason === 'SEEMS_HERE' ? 'forecast.strip.alike' : row.reason === 'MAY_BE_HERE' ? 'forecast.strip.maybe' : 'forecast.strip.inTheWay')}</dt>
            <dd>
              <Named page={page} id={row.withId} name={row.with} />
              {row.kind !== 'group' && row.here !== '' && row.id === '' && <bdi className="quiet small"> ({row.here})</bdi>}
              {row.id === '' && members}
            </dd>
          </>
        )}
      </dl>
      {reason !== '' && <p className="small">{reason}</p>}
      {(row.fix === 'convert' || row.fix === 'external-id') && (
        <div className="strip-choices">
          <Button size="small" disabledFocusable={busy} onClick={() => !busy && onFix(row.fix === 'convert' ? 'convert' : 'external-id')}>
            {t(row.fix === 'convert' ? 'forecast.fix.convertOne' : 'forecast.fix.externalOne')}
          </Button>
        </div>
      )}
      {row.changes.length > 0 && <Changes changes={row.changes} />}
    </Strip>
  )
}
