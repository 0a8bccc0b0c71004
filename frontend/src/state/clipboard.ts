import i18next from 'i18next'
import { copyText, forgetSecret } from '../api/wails'
import { announce } from './announcer'

const keptFor = 60_000

/** Copies text and says so; false when the system refused. */
export async function copy(text: string): Promise<boolean> {
  try {
    await copyText(text)
    announce(i18next.t('common.actionsBar.copied'))
    return true
  } catch {
    return false
  }
}

let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Copies a secret; after a minute the clipboard is emptied if it still holds it. Whether it does is asked of the backend,
 * which knows the hash, so that the secret need not be kept here.
 */
export async function copySecret(secret: string): Promise<boolean> {
  try {
    await copyText(secret, true)
  } catch {
    return false
  }
  clearTimeout(timer)
  timer = setTimeout(() => {
    forgetSecret().then(
      (forgotten) => forgotten && announce(i18next.t('connection.rotation.cleared')),
      () => undefined, // the window is closing; with it the system's clipboard loses the text
    )
  }, keptFor)
  announce(i18next.t('connection.rotation.clears'))
  return true
}
