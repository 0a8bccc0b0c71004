import { Button, Link } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { ForecastRow } from '../../../api/types'
import { Changes } from '../../../components/Changes'
import { Status } from '../../../components/Status'
import type { Fix } from '../../../state/forecast'
import { hashOf } from '../../../state/route'
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
    <section
      ref={ref} tabIndex={-1} className="strip" aria-label={t('forecast.strip.label')}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented) return
        e.stopPropagation()
        onClose()
      }}
    >
      <div className="strip-head">
        <h3><bdi>{row.name || row.upn}</bdi></h3>
        <Status {...rowWord(t, row)} />
        <span className="spring" />
        <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={t('common.close')} title={t('common.close')} onClick={onClose} />
      </div>
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
              <Link href={hashOf({ page, id: row.id })}><bdi>{row.here || row.id}</bdi></Link>
              {members}
              {row.by !== '' && <span className="quiet small"> {t('forecast.strip.by', { attribute: row.by })}</span>}
            </dd>
          </>
        )}
        {other && (
          <>
            <dt>{t(row.reason === 'SEEMS_HERE' ? 'forecast.strip.alike' : row.reason === 'MAY_BE_HERE' ? 'forecast.strip.maybe' : 'forecast.strip.inTheWay')}</dt>
            <dd>
              <Link href={hashOf({ page, id: row.withId })}><bdi>{row.with}</bdi></Link>
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
    </section>
  )
}
