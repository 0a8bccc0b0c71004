import { createRoot } from 'react-dom/client'
import { painted } from './api/wails'
import { App } from './App'
import { speak, startTexts } from './locales'
import { language, loadPreferences } from './state/preferences'
import { Session } from './state/session'
import './styles/base.css'
import './styles/page.css'
import './styles/parts.css'

const session = new Session()
session.start()
await loadPreferences()

startTexts(language.get())
language.subscribe(() => speak(language.get()))

const root = document.getElementById('root')
if (root) createRoot(root).render(<App session={session} />)

// Two frames on, what was rendered has been painted.
requestAnimationFrame(() =>
  requestAnimationFrame(() => {
    painted(Date.now()).catch(() => undefined) // a figure for the log, nothing else
  }),
)
