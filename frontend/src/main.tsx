import { createRoot } from 'react-dom/client'
import { painted } from './api/wails'
import { App } from './App'
import { speak, startTexts } from './locales'
import { language, loadPreferences } from './state/preferences'
import { Session } from './state/session'
import './styles/base.css'
import './styles/page.css'
import './styles/parts.css'
import './styles/narrow.css'

const session = new Session()
session.start()
await loadPreferences()

startTexts(language.get())
language.subscribe(() => speak(language.get()))

// The first page stands when it has its title; two frames on it has been painted.
const standing = new MutationObserver(() => {
  if (!document.querySelector('main h1')) return
  standing.disconnect()
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      painted(Date.now()).catch(() => undefined) // a figure for the log, nothing else
    }),
  )
})
standing.observe(document.body, { childList: true, subtree: true })

const root = document.getElementById('root')
if (root) createRoot(root).render(<App session={session} />)
