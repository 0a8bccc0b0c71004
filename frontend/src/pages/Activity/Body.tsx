import { ToggleButton } from '@fluentui/react-components'
import { TextWrapRegular } from '@fluentui/react-icons'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../components/CopyButton'
import { asLines, layOut, type Line } from '../../lib/json'
import { chooseLook, type Look } from '../../state/activity-look'
import { copy } from '../../state/clipboard'

export interface BodyProps {
  which: 'request' | 'response'
  text: string
  cut: boolean
  look: Look
  heading: boolean
}

/** What was sent or answered: set out or as it came. */
export function Body({ which, text, cut, look, heading }: BodyProps) {
  const { t, i18n } = useTranslation()
  const lines = useMemo(() => layOut(text), [text])
  const pretty = look.pretty && lines !== null
  const size = useMemo(() => new TextEncoder().encode(text).length, [text])
  const label = t(`activity.body.region_${which}`)

  return (
    <div className="body">
      {text === '' ? (
        <>
          {heading && <h3>{t(`activity.tabs.${which}`)}</h3>}
          <p className="quiet">{t(which === 'request' ? 'activity.body.emptyRequest' : 'activity.body.emptyResponse')}</p>
        </>
      ) : (
        <>
          <div className="body-tools">
            {heading && <h3>{t(`activity.tabs.${which}`)}</h3>}
            <div role="group" aria-label={t('activity.body.view')} className="chips">
              <ToggleButton size="small" checked={pretty} disabled={lines === null} onClick={() => chooseLook({ pretty: true })}>
                {t('activity.body.pretty')}
              </ToggleButton>
              <ToggleButton size="small" checked={!pretty} onClick={() => chooseLook({ pretty: false })}>
                {t('activity.body.raw')}
              </ToggleButton>
            </div>
            <ToggleButton size="small" appearance="subtle" icon={<TextWrapRegular />} checked={look.wrap} aria-label={t('activity.body.wrap')} title={t('activity.body.wrap')} onClick={() => chooseLook({ wrap: !look.wrap })} />
            <CopyButton
              label={t('activity.body.copy')}
              copied={t('common.actionsBar.copied')}
              onCopy={() => copy(pretty && lines ? asLines(lines) : text)}
            />
            <span className="spring" />
            <span className="quiet small">{t('activity.body.size', { size: size.toLocaleString(i18n.language) })}</span>
          </div>
          {lines === null && <p className="quiet small">{t('activity.body.notJson')}</p>}
          {cut && <p className="quiet small">{t('activity.body.cut')}</p>}
          <pre className={`body-text${look.wrap ? ' wrap' : ''}`} tabIndex={0} role="region" aria-label={label} dir="ltr">
            {pretty && lines ? <Pretty lines={lines} /> : text}
          </pre>
        </>
      )}
    </div>
  )
}

function Pretty({ lines }: { lines: readonly Line[] }) {
  return lines.map((line, i) => (
    <span key={i} className="json-line" style={{ paddingInlineStart: `${line.indent * 2 + 2}ch`, textIndent: `-${line.indent * 2 + 2}ch` }}>
      {'  '.repeat(line.indent)}
      {line.tokens.map((token, j) => (
        <span key={j} className={`json-${token.kind}`}>
          {token.text}
        </span>
      ))}
      {'\n'}
    </span>
  ))
}
