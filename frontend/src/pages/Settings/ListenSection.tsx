import { Field, Input } from '@fluentui/react-components'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../api/types'
import { useObservable } from '../../lib/observable'
import { fieldOf, isWrong, settingsDraft } from '../../state/settings'
import { SaveForm, Section } from './Section'

/** Codes that mean something else here than for a server that has no address at all. */
const sentences = ['PORT_BUSY', 'LISTEN_EXPOSED', 'BAD_ADDRESS', 'NO_PERMISSION'] as const

/** Where the SCIM server listens. */
export function ListenSection({ here, saved, off }: { here: string; saved: Settings; off: boolean }) {
  const { t } = useTranslation()
  const { failed } = useObservable(settingsDraft.state)
  const value = settingsDraft.value('listen')
  const by = saved.listenFixed
  const wrong = isWrong('listen', value) && settingsDraft.isTyped('listen')
  const refused = failed !== null && fieldOf(failed) === 'listen'
  const why = refused ? sentences.find((code) => code === failed.error.code) : undefined
  return (
    <Section id="listen" title={t('settings.listen.title')} here={here}>
      <SaveForm name="listen" off={off || by !== ''} told={why !== undefined} next={t('settings.listen.next')}>
        <Field
          label={t('settings.listen.label')}
          hint={by ? t(by === 'flag' ? 'settings.listen.fixedflag' : 'settings.listen.fixedenvironment') : t('settings.listen.hint')}
          validationState={wrong || refused ? 'error' : 'none'}
          validationMessage={wrong ? t('settings.listen.invalid') : why ? t(`settings.listen.refused.${why}`, { listen: saved.listen }) : null}
        >
          <Input
            className="settings-address"
            name="listen"
            value={value}
            maxLength={255}
            disabled={off}
            readOnly={by !== ''}
            spellCheck={false}
            autoComplete="off"
            onChange={(_, { value: text }) => settingsDraft.type('listen', text)}
          />
        </Field>
      </SaveForm>
    </Section>
  )
}
