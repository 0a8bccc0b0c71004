import { Button, Checkbox, Dropdown, Field, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Option } from '@fluentui/react-components'
import { ArrowLeftRegular, CopyRegular } from '@fluentui/react-icons'
import type { TFunction } from 'i18next'
import { type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, detailOf, errorKey, toApiError } from '../../api/errors'
import type { LookupRow } from '../../api/types'
import { exportLookup, lookupText } from '../../api/wails'
import { EmptyState } from '../../components/EmptyState'
import { ErrorBar } from '../../components/ErrorBar'
import { FileDrop } from '../../components/FileDrop'
import { type Column, fitting } from '../../components/Grid'
import { Marked } from '../../components/Marked'
import { PlanGrid } from '../../components/PlanGrid'
import { StateChips } from '../../components/StateChips'
import { Status } from '../../components/Status'
import { useObservable } from '../../lib/observable'
import { useWidth } from '../../lib/width'
import type { PageProps } from '../../shell/page'
import { announce } from '../../state/announcer'
import { copy } from '../../state/clipboard'
import { kinds, lookupOf, type Out, outs } from '../../state/lookup'
import { uploadLimit } from '../../state/upload'
import { stateOf } from '../Directory/kind'
import { useChosen } from './chosen'
import { MatchStrip } from './lookup/MatchStrip'
import { SaveButton } from './SaveButton'
import { lookupRowWord, lookupWord } from './words'

/** A list of anything that names people, and each one's others. It never changes anything. */
export function LookupTab({ snapshot }: PageProps) {
  const { t } = useTranslation()
  const lookup = lookupOf(snapshot.store)
  const id = useId()
  const view = useObservable(lookup.view)
  const file = useObservable(lookup.upload.view)
  const heading = useRef<HTMLHeadingElement>(null)
  const plan = view.found?.plan ?? ''
  const before = useRef(plan)
  /** In a narrow window: what is asked stands where the result was. */
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    if (before.current === '' && plan !== '') heading.current?.focus()
    if (before.current !== plan) setAsking(false)
    before.current = plan
  }, [plan])

  return (
    <div className={!asking && (view.found || view.error || view.working) ? 'tool answered' : 'tool'}>
      <section className="tool-ask" aria-labelledby={`${id}-title`}>
        <h2 id={`${id}-title`}>{t('lookup.ask.title')}</h2>
        <FileDrop
          label={t('lookup.ask.list')} hint={t('lookup.ask.hint')} accept=".csv,.txt,.tsv" limit={uploadLimit} example={'anna@contoso.example\nj.roe@contoso.example'}
          given={file.given} sent={file.sending ? file.sent : null} fault={file.error ? `${t(`${errorKey(file.error.code)}.text`)} ${detailOf(file.error)}` : undefined}
          onFile={(chosen) => void lookup.put(chosen)}
          onText={(pasted) => void lookup.put({ name: t('tools.file.pasted'), text: pasted })}
          onClear={lookup.clear}
        />
        <Field label={t('lookup.ask.from')} hint={view.from === '' ? t('lookup.ask.fromHint') : null}>
          <Dropdown
            value={t(`lookup.kinds.${view.from || 'auto'}`)} selectedOptions={[view.from]}
            onOptionSelect={(_, { optionValue }) => void lookup.read({ from: kinds.find((kind) => kind === optionValue) ?? '' })}
          >
            {kinds.map((kind) => (
              <Option key={kind} value={kind}>
                {t(`lookup.kinds.${kind || 'auto'}`)}
              </Option>
            ))}
          </Dropdown>
        </Field>
        {view.found && view.found.header.length > 1 && (
          <Field label={t('lookup.ask.column')}>
            <Dropdown
              value={columnName(view.found.header, view.found.column)} selectedOptions={[String(view.found.column)]}
              onOptionSelect={(_, { optionValue }) => void lookup.read({ column: Number(optionValue) })}
            >
              {view.found.header.map((_, i) => (
                <Option key={i} value={String(i)}>
                  {columnName(view.found?.header ?? [], i)}
                </Option>
              ))}
            </Dropdown>
          </Field>
        )}
        {/* A field gives its own label and id to all boxes in it. */}
        <div role="group" aria-labelledby={`${id}-outs`}>
          <div id={`${id}-outs`}>{t('lookup.ask.to')}</div>
          <div className="lookup-outs">
            {outs.map((out) => (
              <Checkbox
                key={out} label={t(`lookup.outs.${out}`)} checked={view.to.includes(out)}
                onChange={(_, { checked }) => lookup.show(checked === true ? [...view.to, out] : view.to.filter((one) => one !== out))}
              />
            ))}
          </div>
        </div>
        {view.found && (
          <Button className="tool-forth" appearance="primary" onClick={() => setAsking(false)}>
            {t('lookup.forth')}
          </Button>
        )}
        <p className="quiet small">{t('lookup.never')}</p>
      </section>
      <div className="tool-main">
        {view.error && !view.found && (
          <div className="tool-head">
            <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={lookup.clear}>
              {t('lookup.back')}
            </Button>
          </div>
        )}
        {view.error && <ErrorBar error={view.error} onRetry={() => void lookup.look()} />}
        {view.found ? (
          <Result lookup={lookup} heading={heading} onBack={() => setAsking(true)} />
        ) : (
          !view.error && (view.working || file.sending ? <span className="late quiet">{t('lookup.working')}</span> : <EmptyState title={t('lookup.empty.title')} text={t('lookup.empty.text')} />)
        )}
      </div>
    </div>
  )

  function columnName(header: readonly string[], column: number): string {
    return header[column] || t('lookup.columnNumber', { number: column + 1 })
  }
}

/** What a saved list says besides where user IDs were somebody else's before. */
const owners = ['formerOwner', 'formerUntil']

/** What was found of each line, in the order of the list. */
function Result({ lookup, heading, onBack }: { lookup: ReturnType<typeof lookupOf>; heading: RefObject<HTMLHeadingElement | null>; onBack: () => void }) {
  const { t, i18n } = useTranslation()
  const { found, to } = useObservable(lookup.view)
  const view = useObservable(lookup.rows.view)
  const [error, setError] = useState<ApiError | null>(null)
  const search = view.answered?.search ?? ''
  const plan = found?.plan ?? ''
  const { row, narrow, inGrid, inStrip } = useChosen(lookup.rows, plan)

  const columns = useMemo((): Column<LookupRow>[] => [
    { id: 'n', title: t('lookup.columns.line'), width: '44px', align: 'end', render: (row) => row.n + 1 },
    { id: 'input', title: t('lookup.columns.input'), width: 'minmax(104px, 1.4fr)', render: (row) => <span title={row.input}><Marked text={row.input} search={search} /></span> },
    { id: 'state', title: t('lookup.columns.state'), width: 'minmax(148px, 1fr)', render: (row) => <Status {...lookupRowWord(t, row)} /> },
    ...to.map((out): Column<LookupRow> => ({
      id: out, title: t(`lookup.outs.${out}`), width: 'minmax(92px, 1.3fr)', render: (row) => <Found t={t} row={row} out={out} search={search} />,
    })),
  ], [t, search, to])

  const width = useWidth(inGrid.ref)
  const room = fitting(columns, width, false).length
  if (!found) return null
  const copyColumn = async (out: Out) => {
    setError(null)
    try {
      await copy(await lookupText({ plan: found.plan, to: [out], format: '', folder: '' }))
    } catch (thrown) {
      announce(t('common.actionsBar.notCopied'))
      setError(toApiError(thrown))
    }
  }
  return (
    <section className="plan" aria-labelledby="lookup-title">
      <div className="tool-head">
        <Button className="tool-back" size="small" icon={<ArrowLeftRegular />} onClick={onBack}>
          {t('lookup.back')}
        </Button>
        <h2 id="lookup-title" ref={heading} tabIndex={-1}>{t('lookup.result')}</h2>
        <bdi className="quiet small tool-name" title={found.name}>{found.name}</bdi>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small" icon={<CopyRegular />}>{t('lookup.copy')}</Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {to.map((out) => (
                <MenuItem key={out} onClick={() => void copyColumn(out)}>
                  {t(`lookup.outs.${out}`)}
                </MenuItem>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
        <SaveButton
          appearance="primary" title={t('lookup.save')} text={t('lookup.saveText')} folders save={(format, folder) => exportLookup({ plan: found.plan, to: [...to, ...(found.reused > 0 ? owners : [])], format, folder })}
        />
      </div>
      {error && <ErrorBar error={error} />}
      {found.reused > 0 && <p className="small aside">{t('lookup.reused', { count: found.reused, formatted: found.reused.toLocaleString(i18n.language) })}</p>}
      <StateChips label={t('lookup.chips')} total={found.total} counts={found.counts} wordOf={lookupWord} state={view.asked.state} onState={narrow} />
      <PlanGrid
        {...inGrid} list={lookup.rows} name="lookup" label={t('lookup.grid')} searchLabel={t('lookup.search')} columns={columns}
        onGone={() => void lookup.look()}
        empty={<EmptyState title={t('lookup.noLines')} />}
      />
      {room < columns.length && <p className="quiet small">{t('lookup.noRoom', { count: columns.length - room })}</p>}
      {row && <MatchStrip {...inStrip} key={row.n} row={row} onChoose={(match) => void lookup.choose(row.n, match)} />}
    </section>
  )
}

/** What goes beside a line: of the one who was found or chosen. */
function Found({ t, row, out, search }: { t: TFunction; row: LookupRow; out: Out; search: string }) {
  const match = row.matches[row.chosen]
  if (!match) return <span className="quiet">{row.state === 'several' ? t('lookup.several', { count: row.matches.length }) : '–'}</span>
  const text = out === 'status' ? t(`directory.states.${stateOf(match.state)}`) : match[out]
  return text === '' ? <span className="quiet">–</span> : <span title={text}><Marked text={text} search={search} /></span>
}
