import { type Theme as FluentTheme, teamsHighContrastTheme, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { useSyncExternalStore } from 'react'
import type { Theme } from '../state/preferences'

const fonts = {
  fontFamilyBase: "'Segoe UI', system-ui, sans-serif",
  fontFamilyMonospace: "'Cascadia Mono', ui-monospace, monospace",
}

const light: FluentTheme = { ...webLightTheme, ...fonts }
const dark: FluentTheme = { ...webDarkTheme, ...fonts }
const contrast: FluentTheme = { ...teamsHighContrastTheme, ...fonts }

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

/** The theme to show: forced colours win over the choice, the choice over the system. */
export function useTheme(choice: Theme): { theme: FluentTheme; scheme: 'light' | 'dark' } {
  const forced = useMedia('(forced-colors: active)')
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const isDark = choice === 'dark' || (choice === 'system' && systemDark)
  const scheme = isDark ? 'dark' : 'light'
  return { theme: forced ? contrast : isDark ? dark : light, scheme }
}
