import type { TFunction } from 'i18next'
import type { CheckState } from '../../api/types'
import en from '../../locales/en/check.json'
import { resultOf, stepName, stepNow, stepState, stopOf } from '../../state/check'

type CheckCode = keyof typeof en.codes
const codes = Object.keys(en.codes) as CheckCode[]

/** A code that there is a sentence for; null for none, and for one from a newer backend. */
export const codeOf = (code: string): CheckCode | null => codes.find((one) => one === code) ?? null

/** The result in a few words. */
export function resultText(t: TFunction, data: CheckState): string {
  const result = resultOf(data)
  const now = stepNow(data)
  return t(`check.panel.${result}`, { step: now.at, count: data.steps.length, name: t(`check.steps.${result === 'failed' ? stepName(data.failed) : now.name}`) })
}

/** A self-check for the clipboard. The backend puts no secret into a step. */
export function report(data: CheckState, t: TFunction, language: string): string {
  const lines = data.steps.flatMap((step) => {
    const stop = stopOf(step)
    const took = step.took > 0 ? `, ${t('check.panel.took', { ms: Math.round(step.took).toLocaleString(language) })}` : ''
    const why = [stop && t('check.panel.where', { where: t(`check.where.${stop}`) }), step.code, step.detail].filter(Boolean)
    return [`${t(`check.steps.${stepName(step.name)}`)}: ${t(`check.states.${stepState(step)}`)}${took}`, ...(why.length > 0 ? [`  ${why.join(' · ')}`] : []), ...step.facts.map((fact) => `  ${fact}`)]
  })
  return [t('check.panel.announced', { result: resultText(t, data) }), data.finished, t('check.panel.address', { address: data.address }), ...lines].filter(Boolean).join('\n')
}
