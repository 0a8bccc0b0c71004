import { Button, Link } from '@fluentui/react-components'
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import type { Person, PersonRow, Reference } from '../../api/types'
import { people } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { useChanged } from '../../lib/changed'
import { useObservable } from '../../lib/observable'
import { everybody } from '../../state/list'
import { hashOf } from '../../state/route'
import type { Session } from '../../state/session'
import { ReferenceLink, StateMark } from '../Directory/parts'

const most = 50

/** Who stands above a person, up to the top, and who reports to them, down as far as somebody opens it. */
export function TeamTab({ value, session, unsure }: { value: Person; session: Session; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const above: Reference[] = value.manager.id === '' ? [] : [...value.above].reverse().concat(value.manager)
  const number = (n: number) => n.toLocaleString(i18n.language)
  return (
    <div className="team">
      <section aria-labelledby="above-title">
        <h3 id="above-title">{t('people.team.above')}</h3>
        {value.circle && <p className="small">{t('people.team.circle')}</p>}
        {above.length === 0 ? (
          <p className="quiet">{t('people.team.nobodyAbove')}</p>
        ) : (
          <ol className="link-list">
            {above.map((one) => (
              <li key={one.id}>
                <ReferenceLink to={one} /> {one.found && one.state !== 'active' && <StateMark state={one.state} unsure={unsure} />}
              </li>
            ))}
          </ol>
        )}
      </section>
      <section aria-labelledby="reports-title">
        <div className="part-head">
          <h3 id="reports-title">{t('people.team.reports', { count: value.reports, formatted: number(value.reports) })}</h3>
          <span className="spring" />
          {value.reports > 0 && <Link href={hashOf({ page: 'people', query: { manager: value.id } })}>{t('people.team.asList')}</Link>}
        </div>
        {value.reports > 0 && <Reports key={value.id} of={value.id} name={value.name} path={[value.id]} session={session} unsure={unsure} />}
      </section>
    </div>
  )
}

interface ReportsProps {
  of: string
  name: string
  /** Whose reports these are, and whose they are in turn, so that no circle is walked. */
  path: readonly string[]
  session: Session
  unsure: boolean
}

/** Who reports to somebody; fifty at first. */
function Reports({ of, name, path, session, unsure }: ReportsProps) {
  const { t } = useTranslation()
  const [rows, setRows] = useState<PersonRow[] | null>(null)
  const [total, setTotal] = useState(0)
  const [wanted, setWanted] = useState(most)
  const [turn, setTurn] = useState(0)
  const [error, setError] = useState<ApiError | null>(null)
  const moved = useObservable(session.changes)
  useChanged(moved, () => setTurn(turn + 1))
  useEffect(() => {
    let here = true
    people({ ...everybody, manager: of, list: '', from: 0, limit: wanted }).then(
      (page) => {
        if (!here) return
        setRows(page.rows.filter((row) => row.id !== ''))
        setTotal(page.total)
        setError(null)
      },
      (thrown) => here && setError(toApiError(thrown)),
    )
    return () => {
      here = false
    }
  }, [of, wanted, turn])

  if (error) return <ErrorBar error={error} onRetry={() => setTurn(turn + 1)} />
  if (rows === null) return <span className="bone" />
  return (
    <>
      <ul className="tree" aria-label={t('people.team.reportsOf', { name })}>
        {rows.map((row) => (
          <Report key={row.id} row={row} path={path} session={session} unsure={unsure} />
        ))}
      </ul>
      {total > rows.length && wanted < 500 && (
        <Button size="small" onClick={() => setWanted(wanted + 3 * most)}>
          {t('people.team.more')}
        </Button>
      )}
    </>
  )
}

function Report({ row, path, session, unsure }: { row: PersonRow; path: readonly string[]; session: Session; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const [open, setOpen] = useState(false)
  const again = path.includes(row.id)
  const label = t('people.team.open', { name: row.name, count: row.reports, formatted: row.reports.toLocaleString(i18n.language) })
  return (
    <li>
      <div className="tree-row">
        {row.reports > 0 && !again ? (
          <Button
            size="small"
            appearance="subtle"
            icon={open ? <ChevronDownRegular /> : <ChevronRightRegular />}
            aria-expanded={open}
            aria-label={label}
            title={label}
            onClick={() => setOpen(!open)}
          />
        ) : (
          <span className="tree-leaf" />
        )}
        <Link href={hashOf({ page: 'people', id: row.id, tab: 'team' })}>
          <bdi>{row.name || row.id}</bdi>
        </Link>
        {row.title !== '' && <span className="quiet small">{row.title}</span>}
        {row.state !== 'active' && <StateMark state={row.state} unsure={unsure} />}
        {again && <span className="quiet small">{t('people.team.again')}</span>}
      </div>
      {open && <Reports of={row.id} name={row.name} path={[...path, row.id]} session={session} unsure={unsure} />}
    </li>
  )
}
