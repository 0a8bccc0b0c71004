import { preferences, savePreferences, saveView } from '../api/wails'
import { Observable } from '../lib/observable'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

function systemLanguage(): Language {
  return languages.find((l) => navigator.language.toLowerCase().startsWith(l)) ?? 'en'
}

export const theme = new Observable<Theme>('system')
export const language = new Observable<Language>(systemLanguage())
/** Whether / and ? alone do something; see shell/keys.ts. */
export const singleKeys = new Observable(true)

/** What pages remember, by name; see remember. */
const views = new Map<string, string>()

/** Reads what is kept. Looks must not hold the window up: what can't be read in time stays as the system has it. */
export async function loadPreferences(patience = 500): Promise<void> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), patience))
  const kept = await Promise.race([preferences().catch(() => null), late])
  if (!kept) return
  theme.set(themes.find((v) => v === kept.theme) ?? 'system')
  language.set(languages.find((v) => v === kept.language) ?? systemLanguage())
  for (const view of kept.views) views.set(view.name, view.state)
  singleKeys.set(remembered('single-keys') !== false)
}

/** Changes the look at once and keeps it; the promise tells whether it could be kept. */
export function chooseTheme(chosen: Theme): Promise<void> {
  theme.set(chosen)
  return savePreferences(chosen, language.get())
}

export function chooseLanguage(chosen: Language): Promise<void> {
  language.set(chosen)
  return savePreferences(theme.get(), chosen)
}

export function chooseSingleKeys(on: boolean): void {
  singleKeys.set(on)
  remember('single-keys', on)
}

/** What a page remembered under a name, null if nothing that can be read. */
export function remembered(name: string): unknown {
  try {
    return JSON.parse(views.get(name) ?? 'null')
  } catch {
    return null
  }
}

/** Keeps what a page wants to remember, at most 4 KiB of JSON. That it could not be kept is no reason to disturb anybody. */
export function remember(name: string, state: unknown): void {
  const text = JSON.stringify(state)
  views.set(name, text)
  saveView(name, text).catch(() => undefined)
}
