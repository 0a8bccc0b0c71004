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

/** What pages remember, as JSON by name; see remember. */
export const views = new Observable<ReadonlyMap<string, string>>(new Map())

/**
 * Reads what is kept. Looks must not hold the window up: what can't be read in time is as the system has it until it comes, and what
 * was chosen meanwhile stays.
 */
export async function loadPreferences(patience = 500, read = preferences): Promise<void> {
  const before = { theme: theme.get(), language: language.get() }
  const taken = read().then((kept) => {
    if (theme.get() === before.theme) theme.set(themes.find((v) => v === kept.theme) ?? 'system')
    if (language.get() === before.language) language.set(languages.find((v) => v === kept.language) ?? systemLanguage())
    views.set(new Map([...kept.views.map((view) => [view.name, view.state] as const), ...views.get()]))
    singleKeys.set(remembered('single-keys') !== false)
  })
  const late = new Promise<void>((resolve) => setTimeout(resolve, patience))
  await Promise.race([taken.catch(() => undefined), late])
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
  return parsed(views.get().get(name))
}

/** What one of views stands for, null if nothing that can be read. */
export function parsed(state = 'null'): unknown {
  try {
    return JSON.parse(state)
  } catch {
    return null
  }
}

/** Keeps what a page wants to remember, at most 4 KiB of JSON. That it could not be kept is no reason to disturb anybody. */
export function remember(name: string, state: unknown): void {
  const text = JSON.stringify(state)
  views.set(new Map(views.get()).set(name, text))
  saveView(name, text).catch(() => undefined)
}
