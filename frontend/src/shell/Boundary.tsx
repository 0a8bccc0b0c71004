import { Button, Card, Title3 } from '@fluentui/react-components'
import { ErrorCircleFilled } from '@fluentui/react-icons'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../components/CopyButton'
import { copy } from '../state/clipboard'

/** The code of what the window itself did wrong. */
const failure = 'INTERNAL'

export interface BoundaryProps {
  /** Where one is: going elsewhere shows what is there. */
  place: string
  children: ReactNode
}

interface Fault {
  error: unknown
  place: string
}

/** Stands in for what could not be rendered, so that what is around it stays. */
export class Boundary extends Component<BoundaryProps, { fault: Fault | null }> {
  override state: { fault: Fault | null } = { fault: null }

  static getDerivedStateFromError(error: unknown): { fault: Fault } {
    return { fault: { error, place: '' } }
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ fault: { error, place: this.props.place } })
  }

  override componentDidUpdate(): void {
    const { fault } = this.state
    if (fault?.place && fault.place !== this.props.place) this.#again()
  }

  readonly #again = () => this.setState({ fault: null })

  override render(): ReactNode {
    return this.state.fault ? <Broken error={this.state.fault.error} onAgain={this.#again} /> : this.props.children
  }
}

function Broken({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { t } = useTranslation()
  const detail = error instanceof Error ? (error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`) : String(error)
  return (
    <div className="opening">
      <Card className="failed">
        <div className="failed-title" role="alert">
          <ErrorCircleFilled aria-hidden className="failed-icon" />
          <Title3 as="h1" id="page-title" tabIndex={-1}>
            {t('shell.broken.title')}
          </Title3>
        </div>
        <p>{t('shell.broken.text')}</p>
        <p className="mono quiet" lang="en">
          {error instanceof Error ? error.message : String(error)}
        </p>
        <p className="quiet">
          {t('shell.failed.code')} <span className="code">{failure}</span>
        </p>
        <div className="buttons">
          <Button appearance="primary" onClick={onAgain}>
            {t('common.actionsBar.retry')}
          </Button>
          <Button onClick={() => location.reload()}>{t('shell.broken.reload')}</Button>
          <CopyButton
            label={t('common.actionsBar.copyError')}
            text={t('common.actionsBar.copyError')}
            copied={t('common.actionsBar.copied')}
            onCopy={() => copy(`${failure}: ${detail}`)}
          />
        </div>
      </Card>
    </div>
  )
}
