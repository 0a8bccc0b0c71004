import { Radio, RadioGroup } from '@fluentui/react-components'
import type { Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { LookupMatch, LookupRow } from '../../../api/types'
import { when } from '../../../lib/time'
import { StateMark } from '../../Directory/parts'
import { Named, Strip } from '../Strip'
import { lookupRowWord } from '../words'

export interface MatchStripProps {
  row: LookupRow
  /** Index of the one who is meant, -1 for none of them. */
  onChoose: (match: number) => void
  onClose: () => void
  ref: Ref<HTMLElement>
}

const kinds = ['userName', 'email', 'anyEmail', 'id', 'externalId', 'localId', 'name', 'former'] as const

/** One line in full: what it was taken for, and who answers to it; where several do, one can be chosen. */
export function MatchStrip({ row, onChoose, onClose, ref }: MatchStripProps) {
  const { t } = useTranslation()
  const kind = kinds.find((k) => k === row.kind)
  const [only] = row.matches
  return (
    <Strip
      ref={ref} label={t('lookup.strip.label')} title={<bdi>{row.input || t('lookup.states.empty')}</bdi>} state={lookupRowWord(t, row)}
      beside={kind && <span className="quiet small">{t('lookup.strip.takenFor', { kind: t(`lookup.kinds.${kind}`) })}</span>} onClose={onClose}
    >
      {row.matches.length > 1 ? (
        <RadioGroup aria-label={t('lookup.strip.who')} value={String(row.chosen)} onChange={(_, { value }) => onChoose(Number(value))}>
          {row.matches.map((match, i) => (
            <Radio key={match.id} value={String(i)} label={<Match match={match} />} />
          ))}
          <Radio value="-1" label={t('lookup.strip.nobody')} />
        </RadioGroup>
      ) : only ? (
        <Match match={only} />
      ) : (
        <p className="quiet">{t('lookup.strip.none')}</p>
      )}
    </Strip>
  )
}

function Match({ match }: { match: LookupMatch }) {
  const { t, i18n } = useTranslation()
  const facts = [match.userName, match.email, match.localId, match.externalId].filter((one, i, all) => one !== '' && all.indexOf(one) === i)
  return (
    <span className="match">
      <Named id={match.id} name={match.name || match.userName || match.id} />{' '}
      <StateMark state={match.state} />{' '}
      {match.until !== '' && <span className="small">{t('lookup.strip.until', { at: when(match.until, i18n.language) })} </span>}
      <span className="quiet small">
        {facts.map((fact, i) => (
          <span key={fact}>
            {i > 0 && ', '}
            <bdi>{fact}</bdi>
          </span>
        ))}
      </span>
    </span>
  )
}
