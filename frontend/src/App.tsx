import { FluentProvider, useFocusFinders } from '@fluentui/react-components'
import { useSyncExternalStore } from 'react'
import { LiveRegion } from './components/LiveRegion'
import { useObservable } from './lib/observable'
import { useTheme } from './lib/theme'
import { Boundary } from './shell/Boundary'
import { Shell } from './shell/Shell'
import { theme as chosenTheme } from './state/preferences'
import type { Session } from './state/session'

export function App({ session }: { session: Session }) {
  const sample = useSyncExternalStore(session.state.subscribe, () => session.state.get().snapshot?.sample ?? false)
  const { theme, scheme } = useTheme(useObservable(chosenTheme), sample)
  return (
    <FluentProvider theme={theme} className="app" style={{ colorScheme: scheme }}>
      <Boundary place="">
        <Shell session={session} />
      </Boundary>
      <LiveRegion />
      <FocusKeeper />
    </FluentProvider>
  )
}

/**
 * Keeps Fluent's focus manager alive. It lives as long as one component uses it, and if a dialog is the last one, it ends
 * before it has shown again what it hid from screen readers behind the dialog.
 */
function FocusKeeper() {
  useFocusFinders()
  return null
}
