import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../state/preferences'
import de from './de'
import en from './en'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

/** Makes the texts ready; React escapes what is put into them. */
export function startTexts(language: Language): void {
  void i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, de: { translation: de } },
    lng: language,
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = language
}

export function speak(language: Language): void {
  document.documentElement.lang = language
  void i18next.changeLanguage(language)
}
