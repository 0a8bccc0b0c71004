import {
  CheckmarkCircleFilled, ClockRegular, DeleteRegular, DismissCircleFilled, ErrorCircleFilled, InfoRegular, ProhibitedRegular, QuestionCircleRegular, WarningFilled,
} from '@fluentui/react-icons'

/** Each tone has a shape of its own, so that colour is never the only sign. */
export type Tone = 'good' | 'warning' | 'bad' | 'severe' | 'unknown' | 'neutral' | 'waiting' | 'off' | 'gone'

const icons = {
  good: CheckmarkCircleFilled,
  warning: WarningFilled,
  bad: DismissCircleFilled,
  severe: ErrorCircleFilled,
  unknown: QuestionCircleRegular,
  neutral: InfoRegular,
  waiting: ClockRegular,
  off: ProhibitedRegular,
  gone: DeleteRegular,
}

/** An icon and a word. */
export function Status({ tone, word }: { tone: Tone; word: string }) {
  const Icon = icons[tone]
  return (
    <span className={`status ${tone}`}>
      <Icon aria-hidden className="status-icon" />
      <span>{word}</span>
    </span>
  )
}
