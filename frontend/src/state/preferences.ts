import { Observable } from '../lib/observable'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

// Looks only. Anything else, and any secret above all, has no place in a browser's storage.
const themeKey = 'theme'
const languageKey = 'language'

function stored<T extends string>(key: string, known: readonly T[]): T | undefined {
  return known.find((k) => k === localStorage.getItem(key))
}

function systemLanguage(): Language {
  return languages.find((l) => navigator.language.toLowerCase().startsWith(l)) ?? 'en'
}

export const theme = new Observable<Theme>(stored(themeKey, themes) ?? 'system')
export const language = new Observable<Language>(stored(languageKey, languages) ?? systemLanguage())

export function chooseTheme(chosen: Theme): void {
  localStorage.setItem(themeKey, chosen)
  theme.set(chosen)
}

export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(languageKey, chosen)
  language.set(chosen)
}
