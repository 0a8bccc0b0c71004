import { Button, Link, Spinner } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import { errorKey } from '../../api/errors'
import type { Snapshot } from '../../api/types'
import { Status } from '../../components/Status'
import { useNow } from '../../lib/now'
import { ago, moment } from '../../lib/time'
import { resultOf, useCheck } from '../../state/check'
import { hashOf } from '../../state/route'
import { resultTones } from '../Connection/CheckCard'
import { resultText } from '../Connection/report'

/** The last self-check in a line, and how to run one. The page of the connection has its steps. */
export function CheckLine({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { data, error, failed, starting, run, cancel } = useCheck(snapshot)
  const result = data ? resultOf(data) : 'never'
  const wrong = failed ?? error
  return (
    <div className="chain-check">
      <span>{t('check.panel.title')}</span>
      {unsure ? (
        <Status tone="unknown" word={t('overview.chain.unknown')} />
      ) : (
        data && <Status tone={resultTones[result]} word={resultText(t, data)} />
      )}
      {data?.finished && result !== 'running' && (
        <span className="quiet small" title={moment(data.finished, i18n.language)}>
          {ago(data.finished, i18n.language, now)}
        </span>
      )}
      {result !== 'never' && <Link href={hashOf({ page: 'connection', id: 'check' })}>{t('check.panel.show')}</Link>}
      {wrong && (
        <span role="alert" className="small">
          {t(`${errorKey(wrong.code)}.text`)} <span className="code">{wrong.code}</span>
        </span>
      )}
      <span className="spring" />
      {result === 'running' ? (
        <Button size="small" icon={<Spinner size="extra-tiny" />} disabledFocusable={starting} onClick={cancel}>
          {t('check.panel.cancel')}
        </Button>
      ) : (
        <Button size="small" disabledFocusable={starting || unsure} onClick={() => run(false)}>
          {t('check.panel.run')}
        </Button>
      )}
    </div>
  )
}
