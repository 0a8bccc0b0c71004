import { Button } from '@fluentui/react-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Diagnostics } from './Diagnostics'
import { Section } from './Section'

/** What to give to somebody who is to help. */
export function DiagnosticsSection({ here }: { here: string }) {
  const { t } = useTranslation()
  return (
    <Section id="diagnostics" title={t('settings.diagnostics.title')} here={here}>
      <p className="quiet">{t('settings.diagnostics.text')}</p>
      <div className="buttons">
        <DiagnosticsButton />
      </div>
    </Section>
  )
}

/** Opens the diagnostics; it also stands where no folder could be opened. */
export function DiagnosticsButton() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('settings.diagnostics.open')}</Button>
      {open && <Diagnostics onClose={() => setOpen(false)} />}
    </>
  )
}
