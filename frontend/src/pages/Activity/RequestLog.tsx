import { Button, ToggleButton } from '@fluentui/react-components'
import { ArrowDownRegular, PauseRegular } from '@fluentui/react-icons'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/CopyButton'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import type { ActivityLog } from '../../state/activity'
import { copy } from '../../state/clipboard'
import { ActivityGrid } from './ActivityGrid'
import { Detail } from './Detail'
import { basePath } from './text'

/** The list of requests with its tools, and the selected one's details beside it. */
export function RequestLog({ log, address }: { log: ActivityLog; address: string }) {
  const { t, i18n } = useTranslation()
  const view = useObservable(log.view)
  const grid = useRef<HTMLDivElement>(null)
  const number = (n: number) => n.toLocaleString(i18n.language)
  const total = view.last === 0 ? 0 : view.last - view.origin + 1
  const frozen = view.paused || !view.follow

  return (
    <section className="log" aria-labelledby="log-title">
      <div className="toolbar">
        <h2 id="log-title">{t('activity.title')}</h2>
        <span className="quiet">{t('activity.total', { count: total, formatted: number(total) })}</span>
        <span className="spring" />
        <span className="quiet small hint">{view.paused ? t('activity.paused') : t('activity.keys')}</span>
        <ToggleButton
          appearance="subtle"
          checked={view.follow && !view.paused}
          icon={<ArrowDownRegular />}
          onClick={() => (view.paused ? log.resume() : log.setFollow(!view.follow))}
        >
          {t('activity.follow')}
        </ToggleButton>
        <ToggleButton
          appearance="subtle"
          checked={view.paused}
          icon={<PauseRegular />}
          onClick={() => log.setPaused(!view.paused)}
        >
          {t('activity.pause')}
        </ToggleButton>
      </div>
      {view.error && <ErrorBar error={view.error} onRetry={() => log.retry()} />}
      <div className="log-body">
        <div className="grid-frame">
          {total === 0 ? (
            <div className="empty">
              <h3>{t('activity.empty')}</h3>
              <p>{t('activity.emptyHint')}</p>
              <CopyButton
                appearance="secondary"
                label={t('connection.setup.copyAddress')}
                text={t('connection.setup.copyAddress')}
                copied={t('common.actionsBar.copied')}
                onCopy={() => copy(address)}
              />
            </div>
          ) : (
            <ActivityGrid log={log} view={view} base={basePath(address)} ref={grid} />
          )}
          {frozen && view.unseen > 0 && (
            <Button
              className="pill"
              appearance="primary"
              shape="circular"
              icon={<ArrowDownRegular />}
              onClick={() => {
                log.resume()
                grid.current?.focus()
              }}
            >
              {t('activity.unseen', { count: view.unseen, formatted: number(view.unseen) })}
            </Button>
          )}
        </div>
        {view.selected && (
          <Detail
            row={view.selected}
            onClose={() => {
              log.select(null)
              grid.current?.focus()
            }}
          />
        )}
      </div>
    </section>
  )
}
