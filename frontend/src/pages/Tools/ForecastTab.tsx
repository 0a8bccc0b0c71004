import { Button, Dropdown, Field, Option, Spinner } from '@fluentui/react-components'
import { useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { FileDrop } from '../../components/FileDrop'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { type Forecast, forecastOf, groupMatchings, matchings } from '../../state/forecast'
import { uploadLimit } from '../../state/upload'
import { OpenEntra } from '../Connection/OpenEntra'
import { Result } from './forecast/Result'

/** What Entra's first cycle will do to the people who are here, worked out from Entra's own lists. It changes nothing by itself. */
export function ForecastTab({ snapshot }: PageProps) {
  const { t } = useTranslation()
  const forecast = forecastOf(snapshot.store)
  const id = useId()
  const view = useObservable(forecast.view)
  const users = useObservable(forecast.users.view)
  const scope = useObservable(forecast.scope.view)
  const groups = useObservable(forecast.groups.view)
  const asked = useRef<HTMLHeadingElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const plan = view.made?.plan ?? ''
  const before = useRef(plan)
  useEffect(() => {
    if (before.current === '' && plan !== '') heading.current?.focus()
    if (before.current !== '' && plan === '' && document.activeElement === document.body) asked.current?.focus() // the button that was pressed is gone
    before.current = plan
  }, [plan])

  const sending = users.sending || scope.sending || groups.sending
  const ready = users.id !== '' && !sending && !view.working
  return (
    <div className={view.made ? 'tool answered' : 'tool'}>
      <section className="tool-ask" aria-labelledby={`${id}-title`}>
        <h2 id={`${id}-title`} ref={asked} tabIndex={-1}>{t('forecast.ask.title')}</h2>
        <Given forecast={forecast} where="users" />
        <p className="quiet small">
          {t('forecast.ask.how')} <OpenEntra />
        </p>
        <Given forecast={forecast} where="scope" />
        <Given forecast={forecast} where="groups" />
        <Field label={t('forecast.ask.matching')} hint={view.matching === '' ? t('forecast.ask.matchingHint') : null}>
          <Dropdown
            value={t(`forecast.matching.${view.matching || 'target'}`)} selectedOptions={[view.matching]}
            onOptionSelect={(_, { optionValue }) => forecast.set(matchings.find((m) => m === optionValue) ?? '')}
          >
            {matchings.map((matching) => (
              <Option key={matching} value={matching}>
                {t(`forecast.matching.${matching || 'target'}`)}
              </Option>
            ))}
          </Dropdown>
        </Field>
        {groups.id !== '' && (
          <Field label={t('forecast.ask.groupMatching')} hint={view.groupsBy === '' ? t('forecast.ask.matchingHint') : null}>
            <Dropdown
              value={t(`forecast.groupMatching.${view.groupsBy || 'target'}`)} selectedOptions={[view.groupsBy]}
              onOptionSelect={(_, { optionValue }) => forecast.setGroups(groupMatchings.find((m) => m === optionValue) ?? '')}
            >
              {groupMatchings.map((matching) => (
                <Option key={matching} value={matching}>
                  {t(`forecast.groupMatching.${matching || 'target'}`)}
                </Option>
              ))}
            </Dropdown>
          </Field>
        )}
        {view.error && !view.made && <ErrorBar error={view.error} />}
        <div className="tool-foot">
          <Button
            appearance="primary" disabledFocusable={!ready} icon={view.working ? <Spinner className="late" size="tiny" /> : null}
            onClick={() => ready && void forecast.make()}
          >
            {t(view.made ? 'forecast.ask.again' : 'forecast.ask.make')}
          </Button>
          <span className="quiet small">{t('forecast.never')}</span>
        </div>
      </section>
      <div className="tool-main">
        {view.made ? (
          <Result forecast={forecast} made={view.made} heading={heading} />
        ) : (
          <EmptyState title={t('forecast.empty.title')} text={t('forecast.empty.text')} />
        )}
      </div>
    </div>
  )
}

/** One of Entra's lists. Who is in scope may be pasted too. */
function Given({ forecast, where }: { forecast: Forecast; where: 'users' | 'scope' | 'groups' }) {
  const { t } = useTranslation()
  const file = useObservable(forecast[where].view)
  return (
    <FileDrop
      label={t(`forecast.ask.${where}`)} hint={t(`forecast.ask.${where}Hint`)} accept=".csv" limit={uploadLimit}
      given={file.given} sent={file.sending ? file.sent : null} fault={file.error ? `${t(`${errorKey(file.error.code)}.text`)} ${detailOf(file.error)}` : undefined}
      onFile={(chosen) => void forecast.put(where, chosen)}
      {...(where === 'scope' ? { onText: (text: string) => void forecast.put(where, { name: t('tools.file.pasted'), text }), example: 'anna@contoso.example\nj.roe@contoso.example' } : {})}
      onClear={() => forecast.drop(where)}
    />
  )
}
