import {
  type BrandVariants, createDarkTheme, createLightTheme, type Theme as FluentTheme, teamsHighContrastTheme, webDarkTheme, webLightTheme,
} from '@fluentui/react-components'
import { useSyncExternalStore } from 'react'
import type { Theme } from '../state/preferences'

const fonts = {
  fontFamilyBase: "'Segoe UI', system-ui, sans-serif",
  fontFamilyMonospace: "'Cascadia Mono', ui-monospace, monospace",
}

/** The accent while invented people are shown: as light and dark as the usual one, but pink. */
const pink: BrandVariants = {
  10: '#220d1a', 20: '#341427', 30: '#451a34', 40: '#572243', 50: '#6b2752', 60: '#802d62', 70: '#943070', 80: '#ab3581',
  90: '#cb4c9c', 100: '#e366b3', 110: '#e77cbc', 120: '#ec8ec5', 130: '#f2a6d1', 140: '#f5c0dd', 150: '#f8d6e8', 160: '#fbeef5',
}

interface Themes {
  light: FluentTheme
  dark: FluentTheme
}

const usual: Themes = { light: { ...webLightTheme, ...fonts }, dark: { ...webDarkTheme, ...fonts } }
const sampled: Themes = {
  light: { ...createLightTheme(pink), ...fonts },
  dark: { ...createDarkTheme(pink), ...fonts, colorBrandForeground1: pink[110], colorBrandForeground2: pink[120] },
}
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

/** The theme to show: forced colours win over the choice, the choice over the system. The sample has an accent of its own. */
export function useTheme(choice: Theme, sample: boolean): { theme: FluentTheme; scheme: 'light' | 'dark' } {
  const forced = useMedia('(forced-colors: active)')
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const scheme = choice === 'dark' || (choice === 'system' && systemDark) ? 'dark' : 'light'
  return { theme: forced ? contrast : (sample ? sampled : usual)[scheme], scheme }
}
