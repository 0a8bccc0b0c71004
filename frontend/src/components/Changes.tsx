import { useTranslation } from 'react-i18next'
import type { Change } from '../api/types'
import { splitPath } from '../lib/attributes'

/** What changed from what to what, a line a value. Plain leaves the heads to screen readers, for many small ones in a row. */
export function Changes({ changes, plain = false }: { changes: readonly Change[]; plain?: boolean }) {
  const { t } = useTranslation()
  return (
    <table className="changes">
      <thead className={plain ? 'visually-hidden' : undefined}>
        <tr>
          <th scope="col">{t('common.changes.attribute')}</th>
          <th scope="col">{t('common.changes.old')}</th>
          <th scope="col">{t('common.changes.new')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((c, i) => (
          <tr key={`${c.path} ${i}`}>
            <th scope="row" className="mono" title={c.path}>
              <Path path={c.path} />
            </th>
            <td dir="auto">{c.kind === 'added' ? <Nothing /> : <del title={c.old}>{c.oldName || c.old}</del>}</td>
            <td dir="auto">{c.kind === 'removed' ? <Nothing /> : <ins title={c.new}>{c.newName || c.new}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const known = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** An attribute's name first; the schema it comes from below, unless everybody knows it. */
function Path({ path }: { path: string }) {
  const { urn, name } = splitPath(path)
  return (
    <>
      {name}
      {urn !== '' && urn !== known && <span className="quiet schema">{urn}</span>}
    </>
  )
}

function Nothing() {
  const { t } = useTranslation()
  return <span className="quiet">{t('common.changes.nothing')}</span>
}
