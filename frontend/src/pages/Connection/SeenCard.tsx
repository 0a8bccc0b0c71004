import { Link } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Snapshot, Tokens, TokenUse } from '../../api/types'
import { Status } from '../../components/Status'
import { evidence, fresh, isTrial, reasonText, type Link as ChainLink } from '../../lib/evidence'
import { useNow } from '../../lib/now'
import { ago, brief, moment, when } from '../../lib/time'
import { hashOf } from '../../state/route'
import { useTokens, type Whose, whose } from '../../state/tokens'
import './tokens.css'

const tones = { ok: 'good', degraded: 'warning', down: 'bad', unknown: 'unknown' } as const satisfies Record<ChainLink['state'], string>

/** What really came from Entra: the last request that was let in, and the last that was not. */
export function SeenCard({ snapshot, unsure }: { snapshot: Snapshot; unsure: boolean }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const { lastEntra, lastLocal, refused, token } = snapshot
  const { data } = useTokens(snapshot)
  const found = evidence(snapshot, unsure, now)
  const nothing = !lastEntra && (found.state === 'noToken' || found.state === 'waiting')
  const at = (iso: string) => `${when(iso, i18n.language)} (${ago(iso, i18n.language, now)})`
  return (
    <section className="card" aria-labelledby="seen-title">
      <div className="part-head">
        <h2 id="seen-title">{t('tokens.seen.title')}</h2>
        <span className="spring" />
        {nothing ? <Status tone="neutral" word={t('tokens.seen.nothing')} /> : <Status tone={tones[found.entra.state]} word={t(`overview.chain.${found.entra.state}`)} />}
      </div>
      {found.entra.state !== 'ok' && <p className="quiet">{reasonText(t, i18n.language, found.entra, now)}</p>}
      <dl className="connection-facts">
        <dt>{t(isTrial(snapshot) ? 'tokens.seen.acceptedHere' : 'tokens.seen.accepted')}</dt>
        <dd title={lastEntra && moment(lastEntra, i18n.language)}>{!lastEntra ? t('tokens.seen.noneYet') : token.exists && !fresh(snapshot) ? t('tokens.seen.earlier', { at: at(lastEntra) }) : at(lastEntra)}</dd>
        {lastLocal && (
          <>
            <dt>{t('tokens.seen.here')}</dt>
            <dd title={moment(lastLocal, i18n.language)}>{t('tokens.seen.hereNote', { at: at(lastLocal) })}</dd>
          </>
        )}
        <dt>{t('tokens.seen.refused')}</dt>
        <dd>
          {refused.at ? (
            <>
              <span title={moment(refused.at, i18n.language)}>{at(refused.at)}</span>
              {refused.lastFour && <span>{t(refused.ended ? 'tokens.seen.sentEnded' : 'tokens.seen.sent', { lastFour: refused.lastFour, ended: refused.ended && when(refused.ended, i18n.language) })}</span>}
              {refused.remote && <span>{t('tokens.seen.from', { remote: refused.remote })}</span>}
              {refused.activity > 0 && <Link href={hashOf({ page: 'activity', id: String(refused.activity) })}>{t('tokens.seen.show')}</Link>}
            </>
          ) : (
            t('tokens.seen.noRefusal')
          )}
        </dd>
      </dl>
      {refused.at && refused.detail && (
        <p className="small">
          <span className="quiet">{t('tokens.seen.why')}</span> <span lang="en">{refused.detail}</span>
        </p>
      )}
      {data && data.recent.length > 0 && <Uses data={data} />}
      {found.state === 'refused' && <p>{t('tokens.seen.whatToDo', { lastFour: token.lastFour })}</p>}
    </section>
  )
}

const usesTones = { current: 'good', old: 'waiting', client: 'good', ended: 'warning', stranger: 'neutral' } as const satisfies Record<Whose, string>

/** Which token the last requests came with; what came with the same one after another is one line. */
function Uses({ data }: { data: Tokens }) {
  const { t, i18n } = useTranslation()
  const runs: { use: TokenUse; who: Whose; count: number }[] = []
  for (const use of data.recent) {
    const who = whose(use, data)
    const before = runs.at(-1)
    if (before?.who === who && before.use.lastFour === use.lastFour && before.use.accepted === use.accepted) before.count++
    else runs.push({ use, who, count: 1 })
  }
  return (
    <>
      <h3>{t('tokens.recent.title')}</h3>
      <ul className="uses small">
        {runs.map(({ use, who, count }) => (
          <li key={use.activity}>
            <time dateTime={use.at} title={moment(use.at, i18n.language)}>
              <Link href={hashOf({ page: 'activity', id: String(use.activity) })} aria-label={t('tokens.recent.show', { when: moment(use.at, i18n.language) })}>
                {brief(use.at, i18n.language)}
              </Link>
            </time>
            {who === 'ended' && use.accepted ? <Status tone="neutral" word={t('tokens.recent.endedSince')} /> : <Status tone={usesTones[who]} word={t(`tokens.recent.${who}`)} />}
            {use.lastFour && <span className="mono">{t('tokens.token.ending', { lastFour: use.lastFour })}</span>}
            {count > 1 && <span className="quiet">{t('tokens.recent.times', { count })}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}
