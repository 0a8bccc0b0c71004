import { Button, Field, Input, Radio, RadioGroup, Spinner } from '@fluentui/react-components'
import { ArrowLeftRegular } from '@fluentui/react-icons'
import { type FormEvent, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { detailOf, errorKey } from '../../api/errors'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { FileDrop } from '../../components/FileDrop'
import { useObservable } from '../../lib/observable'
import type { PageProps } from '../../shell/page'
import { exampleServer, importOf } from '../../state/import'
import { useJob } from '../../state/jobs'
import { go } from '../../state/route'
import { uploadLimit } from '../../state/upload'
import { Columns } from './import/Columns'
import { Preview } from './import/Preview'
import './import/import.css'
import { JobDetail } from './journal/JobDetail'

/** People and groups who exist before Entra: from a file or another SCIM server, over the columns and a preview, and back. */
export function ImportTab(props: PageProps) {
  const { snapshot, unsure } = props
  const { t } = useTranslation()
  const task = importOf(snapshot.store)
  const view = useObservable(task.view)
  const file = useObservable(task.upload.view)
  const job = useJob(view.job, snapshot)
  const id = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  const asked = useRef<HTMLHeadingElement>(null)
  const stage = view.job !== 0 ? 'job' : view.plan ? 'plan' : view.look ? 'look' : ''
  const before = useRef(stage)
  useEffect(() => {
    if (before.current !== stage && stage !== '') heading.current?.focus()
    if (before.current !== '' && stage === '' && document.activeElement === document.body) asked.current?.focus() // the button that was pressed is gone
    before.current = stage
  }, [stage])

  const { form, working } = view
  const asking = working === 'look'
  const canRead = form.url.trim() !== '' && !asking
  const read = (e: FormEvent) => {
    e.preventDefault()
    if (canRead) void task.look()
  }
  return (
    <div className={stage === '' ? 'tool' : 'tool answered'}>
      {(stage === '' || stage === 'look') && (
        <section className="tool-ask" aria-labelledby={`${id}-title`}>
          <h2 id={`${id}-title`} ref={asked} tabIndex={-1}>{t('import.ask.title')}</h2>
          <Field label={t('import.ask.kind')}>
            <RadioGroup layout="horizontal" value={form.kind} onChange={(_, { value }) => task.set({ kind: value === 'groups' ? 'groups' : 'people' })}>
              <Radio value="people" label={t('shell.pages.people')} />
              <Radio value="groups" label={t('shell.pages.groups')} />
            </RadioGroup>
          </Field>
          <Field label={t('import.ask.from')}>
            <RadioGroup value={form.from} onChange={(_, { value }) => task.set({ from: value === 'server' ? 'server' : 'file' })}>
              <Radio value="file" label={t('import.ask.file')} />
              <Radio value="server" label={t('import.ask.server')} />
            </RadioGroup>
          </Field>
          {form.from === 'file' ? (
            <FileDrop
              label={t(form.kind === 'groups' ? 'import.ask.groupsFile' : 'import.ask.peopleFile')} hint={t('import.ask.hint')} accept=".csv,.txt,.tsv,.json" limit={uploadLimit}
              example={'userName;localId;email\na.berg;4711;anna.berg@contoso.example'}
              given={file.given} sent={file.sending ? file.sent : null} fault={file.error ? `${t(`${errorKey(file.error.code)}.text`)} ${detailOf(file.error)}` : undefined}
              onFile={(chosen) => void task.put(chosen)}
              onText={(pasted) => void task.put({ name: t('tools.file.pasted'), text: pasted })}
              onClear={task.clear}
            />
          ) : view.look ? (
            // What was asked with the token stays in no field: another list is another question.
            <div className="tool-part">
              <p className="small tool-note"><bdi>{form.url.trim()}</bdi></p>
              <div className="tool-foot">
                <Button size="small" onClick={task.clear}>{t('import.back')}</Button>
              </div>
            </div>
          ) : (
            <form className="tool-part" onSubmit={read}>
              <Field label={t('import.ask.url')} hint={t('import.ask.urlHint')}>
                <Input type="url" value={form.url} maxLength={2000} placeholder={exampleServer} onChange={(_, { value }) => task.set({ url: value })} />
              </Field>
              <Field label={t('import.ask.token')} hint={t('import.ask.tokenHint')}>
                <Input type="password" autoComplete="off" value={form.token} maxLength={4000} onChange={(_, { value }) => task.set({ token: value })} />
              </Field>
              <div className="tool-foot">
                <Button type="submit" appearance="primary" disabledFocusable={!canRead} icon={asking ? <Spinner className="late" size="tiny" /> : null}>
                  {t('import.ask.read')}
                </Button>
              </div>
            </form>
          )}
          {view.error && stage === '' && <ErrorBar error={view.error} onRetry={() => void task.look()} />}
          <p className="quiet small">{t('import.ask.entra')}</p>
        </section>
      )}
      <div className="tool-main">
        {stage === 'job' ? (
          <>
            <div className="tool-head">
              <h2 ref={heading} tabIndex={-1}>{t('import.result.title')}</h2>
              <span className="spring" />
              <Button size="small" onClick={() => go({ page: 'tools', id: 'forecast' })}>
                {t('import.result.forecast')}
              </Button>
              <Button size="small" onClick={() => go({ page: 'tools', id: 'convert' })}>
                {t('import.result.convert')}
              </Button>
              <Button size="small" icon={<ArrowLeftRegular />} onClick={task.next}>
                {t('import.result.next')}
              </Button>
            </div>
            <JobDetail view={job} unsure={unsure} />
          </>
        ) : view.plan ? (
          <Preview task={task} plan={view.plan} job={snapshot.job} heading={heading} />
        ) : view.look ? (
          <Columns task={task} look={view.look} heading={heading} />
        ) : asking ? (
          <span className="late quiet">{t('import.reading')}</span>
        ) : (
          <EmptyState title={t('import.empty.title')} text={t('import.empty.text')} />
        )}
      </div>
    </div>
  )
}
