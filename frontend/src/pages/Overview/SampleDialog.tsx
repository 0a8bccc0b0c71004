import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Radio, RadioGroup, Spinner,
} from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, toApiError } from '../../api/errors'
import { startSample } from '../../api/wails'
import { ErrorBar } from '../../components/ErrorBar'
import { useReturnedFocus } from '../../lib/focus'
import { useObservable } from '../../lib/observable'
import { visit } from '../../shell/focus'
import { sampleAsked } from '../../state/sample'

const sizes = [25, 200, 1_000] as const
const speeds = ['slow', 'entra', 'fast'] as const
type Speed = (typeof speeds)[number]

/** Asks how large a sample is to be and how fast, and starts it. Stands in the shell, since it can be asked for anywhere. */
export function SampleDialog() {
  return useObservable(sampleAsked) ? <Asking onClose={() => sampleAsked.set(false)} /> : null
}

function Asking({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation()
  useReturnedFocus()
  const [people, setPeople] = useState<number>(200)
  const [speed, setSpeed] = useState<Speed>('entra')
  const [starting, setStarting] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const start = async () => {
    setStarting(true)
    setError(null)
    try {
      await startSample({ people, speed })
      onClose()
      visit({ page: 'overview' })
    } catch (thrown) {
      setError(toApiError(thrown))
      setStarting(false)
    }
  }
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && !starting && onClose()} surfaceMotion={null}>
      <DialogSurface backdropMotion={null}>
        <DialogBody>
          <DialogTitle>{t('sample.dialog.title')}</DialogTitle>
          <DialogContent className="sample-dialog">
            <p>{t('sample.dialog.what')}</p>
            <Field label={t('sample.dialog.size')}>
              <RadioGroup layout="horizontal" value={String(people)} onChange={(_, { value }) => setPeople(Number(value))}>
                {sizes.map((size) => (
                  <Radio key={size} value={String(size)} label={t('sample.dialog.people', { count: size, formatted: size.toLocaleString(i18n.language) })} />
                ))}
              </RadioGroup>
            </Field>
            <Field label={t('sample.dialog.speed')}>
              <RadioGroup value={speed} onChange={(_, { value }) => setSpeed(speeds.find((s) => s === value) ?? 'entra')}>
                {speeds.map((one) => (
                  <Radio key={one} value={one} label={t(`sample.dialog.speeds.${one}`)} />
                ))}
              </RadioGroup>
            </Field>
            <ul className="plain">
              <li>{t('sample.dialog.kept')}</li>
              <li>{t('sample.dialog.live')}</li>
            </ul>
            {error && <ErrorBar error={error} />}
          </DialogContent>
          <DialogActions>
            <Button disabled={starting} onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button appearance="primary" disabledFocusable={starting} icon={starting ? <Spinner size="tiny" /> : null} onClick={() => void start()}>
              {t(starting ? 'sample.dialog.starting' : 'sample.dialog.start')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
