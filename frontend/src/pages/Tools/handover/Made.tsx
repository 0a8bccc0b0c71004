import { Button, Spinner } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HandoverInfo } from '../../../api/types'
import { Status } from '../../../components/Status'
import { useObservable } from '../../../lib/observable'
import { when } from '../../../lib/time'
import { announce } from '../../../state/announcer'
import type { Handover } from '../../../state/handover'
import { Files } from './MadeBar'
import { ReceiptDialog } from './ReceiptDialog'

const sums = ['joiners', 'changes', 'leavers', 'in', 'out', 'noKey'] as const

/** A hand-over that was made: what it held, where its files went, and whether the other system has taken it. */
export function Made({ model, one, off, onChanged }: { model: Handover; one: HandoverInfo; off: boolean; onChanged: () => void }) {
  const { t, i18n } = useTranslation()
  const { making } = useObservable(model.view)
  const [asking, setAsking] = useState(false)
  const again = async () => {
    if (await model.make('again', { again: one.seq })) announce(t('handover.made.again', { seq: one.seq }))
  }
  return (
    <div className="card handover-made">
      <dl className="strip-facts">
        {sums.map((key) => (
          <div key={key} className="handover-fact">
            <dt>{t(`handover.facts.${key}`)}</dt>
            <dd>{one[key].toLocaleString(i18n.language)}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('handover.files')}</h3>
      <Files files={one.files} />
      <h3>{t('handover.receipt.title')}</h3>
      {one.taken === '' ? (
        <Status tone="waiting" word={t('handover.open')} />
      ) : (
        <>
          <Status tone="good" word={t('handover.receipt.takenAt', { when: when(one.taken, i18n.language) })} />
          {one.receipt !== '' && <p className="tool-note">{one.receipt}</p>}
        </>
      )}
      <div className="buttons handover-buttons">
        <Button disabledFocusable={off} onClick={() => setAsking(true)}>
          {t(one.taken === '' ? 'handover.receipt.give' : 'handover.receipt.change')}
        </Button>
        <Button disabledFocusable={off || one.cleaned || making !== null} icon={making === 'again' ? <Spinner className="late" size="extra-tiny" /> : null} onClick={() => void again()}>
          {t('handover.again')}
        </Button>
      </div>
      <p className="quiet small">{t(one.cleaned ? 'handover.cleaned' : 'handover.againNote')}</p>
      {asking && <ReceiptDialog one={one} onGiven={onChanged} onClose={() => setAsking(false)} />}
    </div>
  )
}
