import { Button, Spinner } from '@fluentui/react-components'
import { BeakerRegular } from '@fluentui/react-icons'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, errorKey, toApiError } from '../api/errors'
import type { SampleInfo } from '../api/types'
import { leaveSample } from '../api/wails'
import { Status } from '../components/Status'

/** Says on every page that the people are invented, how far the play is, and that the real folder goes on. */
export function SampleBand({ sample }: { sample: SampleInfo | null }) {
  const { t } = useTranslation()
  const [leaving, setLeaving] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  // It stays busy until the other store is there, since a second press would find no sample.
  const leave = () => {
    setLeaving(true)
    setError(null)
    leaveSample().catch((thrown) => {
      setLeaving(false)
      setError(toApiError(thrown))
    })
  }
  useEffect(() => {
    if (!leaving) return
    const timer = setTimeout(() => setLeaving(false), 15_000)
    return () => clearTimeout(timer)
  }, [leaving])
  return (
    <section className="sample-band" aria-label={t('sample.band.label')}>
      <BeakerRegular aria-hidden className="sample-icon" />
      <div className="sample-words">
        <strong>{t('sample.band.title')}</strong> {sample?.liveServing !== false && <span>{t('sample.band.text')}</span>}
        <div className="small">
          {error ? (
            <span role="alert">{t(`${errorKey(error.code)}.text`)} <span className="code">{error.code}</span></span>
          ) : (
            sample && <Progress sample={sample} />
          )}
        </div>
      </div>
      <Button className="sample-leave" disabledFocusable={leaving} icon={leaving ? <Spinner size="extra-tiny" /> : null} onClick={leave}>
        {t(leaving ? 'sample.band.leaving' : 'sample.band.leave')}
      </Button>
    </section>
  )
}

function Progress({ sample }: { sample: SampleInfo }) {
  const { t, i18n } = useTranslation()
  const number = (n: number) => n.toLocaleString(i18n.language)
  const requests = t('sample.band.requests', { count: sample.requests, formatted: number(sample.requests) })
  const live = sample.liveServing ? (
    t('sample.band.live', { count: sample.liveRequests, formatted: number(sample.liveRequests) })
  ) : (
    <Status tone="bad" word={t('sample.band.liveDown')} />
  )
  return (
    <>
      {phase(sample)} · {requests} · {live}
    </>
  )

  function phase({ phase, cycle, agreed, code }: SampleInfo): string {
    if (phase === 'failed') return t('sample.band.failed', { reason: t(`${errorKey(code)}.text`), code })
    if (phase === 'done') return t(agreed ? 'sample.band.agreed' : 'sample.band.done')
    if (phase === 'verify') return t('sample.band.verify')
    if (phase === 'cycle') return t(cycle <= 1 ? 'sample.band.initial' : 'sample.band.incremental', { cycle: number(cycle) })
    return t('sample.band.connect')
  }
}
