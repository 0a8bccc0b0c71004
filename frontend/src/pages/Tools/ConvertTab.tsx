import { Button } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { convertOf, type RuleForm as Form } from '../../state/convert'
import { useJob } from '../../state/jobs'
import { go } from '../../state/route'
import { Preview } from './convert/Preview'
import { RuleForm } from './convert/RuleForm'
import { JobDetail } from './journal/JobDetail'

/** From a rule over its preview to a conversion of user IDs, and back. */
export function ConvertTab(props: PageProps) {
  const { snapshot, route, unsure } = props
  const { t } = useTranslation()
  const convert = convertOf(snapshot.store)
  const view = useObservable(convert.view)
  const job = useJob(view.job, snapshot)
  const result = useRef<HTMLHeadingElement>(null)
  const { query } = route

  useEffect(() => {
    if (Object.keys(query).length === 0) return
    if (query.plan) void convert.open(query.plan)
    else {
      convert.forget()
      convert.set(formOf(query))
    }
    go({ page: 'tools', id: 'convert' }, true) // it is done once; what is changed afterwards stays
  }, [convert, query])

  const { failed } = view
  const answered = view.plan !== null || view.job !== 0 || view.working === 'open' || failed?.work === 'open'
  const about = view.job !== 0 ? `job ${view.job}` : (view.plan?.plan ?? '')
  const before = useRef(about)
  useEffect(() => {
    if (about === before.current) return
    before.current = about
    if (about !== '') result.current?.focus()
  }, [about])

  if (snapshot.people.total === 0 && !answered) {
    return (
      <EmptyState title={t('convert.empty.title')} text={t('convert.empty.text')}>
        <Button appearance="primary" onClick={() => go({ page: 'tools', id: 'import' })}>
          {t('convert.empty.import')}
        </Button>
        <Button onClick={() => go({ page: 'connection' })}>{t('convert.empty.connect')}</Button>
      </EmptyState>
    )
  }
  return (
    <div className={answered ? 'tool answered' : 'tool'}>
      {view.job === 0 && <RuleForm convert={convert} />}
      <div className="tool-main">
        {failed?.work === 'open' && (
          <>
            <div className="tool-head">
              <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={() => convert.forget()}>
                {t('convert.preview.back')}
              </Button>
            </div>
            <ErrorBar error={failed.error} />
          </>
        )}
        {view.job !== 0 ? (
          <>
            <div className="tool-head">
              <h2 ref={result} tabIndex={-1}>{t('convert.result.title')}</h2>
              <span className="spring" />
              <Button size="small" icon={<ArrowLeftRegular />} onClick={() => convert.forget()}>
                {t('convert.result.next')}
              </Button>
            </div>
            <JobDetail view={job} unsure={unsure} />
          </>
        ) : view.plan ? (
          <Preview convert={convert} plan={view.plan} job={snapshot.job} heading={result} />
        ) : (
          view.working !== 'open' && <EmptyState title={t('convert.preview.none')} text={t('convert.preview.noneText')} />
        )}
      </div>
    </div>
  )
}

/** What a link asks for: the people ticked in the list, or the filter that found them. */
function formOf({ ids, group, groupName, search, state, quality }: Readonly<Record<string, string>>): Partial<Form> {
  if (ids) return { whom: 'ids', ids: ids.split(',').filter((id) => id !== '') }
  if (group) return { whom: 'group', group: { id: group, name: groupName || group } }
  if (search || state || quality) {
    return { whom: 'filter', search: search ?? '', state: state === 'active' || state === 'disabled' ? state : '', quality: quality ?? '' }
  }
  return { whom: 'all' }
}
