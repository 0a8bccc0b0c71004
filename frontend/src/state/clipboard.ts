import i18next from 'i18next'
import { copyText, forgetSecret } from '../api/wails'
import { announce } from './announcer'

const keptFor = 60_000

/** Copies text and says whether it could; false when the system refused. */
export async function copy(text: string): Promise<boolean> {
  const done = await put(text)
  if (done) announce(i18next.t('common.actionsBar.copied'))
  return done
}

async function put(text: string, secret = false): Promise<boolean> {
  try {
    await copyText(text, secret)
    return true
  } catch {
    announce(i18next.t('common.actionsBar.notCopied'))
    return false
  }
}

let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Copies a secret; after a minute the clipboard is emptied if it still holds it. Whether it does is asked of the backend,
 * which knows the hash, so that the secret need not be kept here.
 */
export async function copySecret(secret: string): Promise<boolean> {
  if (!(await put(secret, true))) return false
  clearTimeout(timer)
  timer = setTimeout(() => {
    forgetSecret().then(
      (forgotten) => forgotten && announce(i18next.t('tokens.rotation.cleared')),
      () => undefined, // the window is closing; with it the system's clipboard loses the text
    )
  }, keptFor)
  announce(i18next.t('tokens.rotation.clears'))
  return true
}
