// Starts the window's test build on a folder of its own, and a browser on the page that it serves. Wails' test build answers
// the page's calls over a WebSocket, so what is tested here are the real methods over the real store.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('../../..', import.meta.url))

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** The browser all tests of a file share. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
}

/** Folders that the window takes for the user's own, below dir. */
async function home(dir) {
  const at = (name) => join(dir, name)
  for (const name of ['home', 'config', 'share', 'downloads', 'tmp']) await mkdir(at(name), { recursive: true })
  return {
    HOME: at('home'), XDG_CONFIG_HOME: at('config'), XDG_DATA_HOME: at('share'), XDG_DOWNLOAD_DIR: at('downloads'),
    SCIMDESK_CONFIG: at('config'), TMPDIR: at('tmp'),
  }
}

/** An open window: the page's url, the folder of everything it writes, and how to end both. Downloads, settings and scratch files have places of their own in it. */
export async function openWindow({ folder, listen = '127.0.0.1:0', env = {}, args = [] } = {}) {
  const dir = folder ?? (await mkdtemp(join(tmpdir(), 'scimdesk-window-')))
  const port = await freePort()
  const child = spawn(process.env.SCIMDESK_BIN ?? join(root, 'bin/scimdesk-dev'), ['-data', join(dir, 'data'), '-listen', listen, ...args], {
    env: {
      ...process.env,
      assetdir: process.env.SCIMDESK_PAGE ?? join(root, 'frontend/dist'),
      devserver: `127.0.0.1:${port}`,
      ...(await home(dir)),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const orphan = () => child.kill()
  process.once('exit', orphan)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    const up = await fetch(url).then((r) => r.ok, () => false)
    if (up) break
    if (child.exitCode !== null || tries > 300) throw new Error(`the window did not come up:\n${said}`)
    await new Promise((next) => setTimeout(next, 100))
  }
  return {
    url,
    dir,
    said: () => said,
    /** Ends the process and says how, and removes the folder. */
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      process.off('exit', orphan)
      // The web view's own processes may write into it for a moment more.
      await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
      return child.exitCode
    },
  }
}

/** A page on the window; broken is script that runs before the page's own, to break single calls. */
export async function openPage(browser, window, { broken, before, dark = false, width = 1280, height = 800, forced = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    forcedColors: forced ? 'active' : 'none',
    locale: 'en-GB',
    reducedMotion: 'reduce', // what is half faded in has half its contrast
  })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  page.faults = []
  // Wails' own script for test builds throws once while a page loads.
  page.on('pageerror', (e) => String(e).includes("reading 'nodes'") || page.faults.push(String(e)))
  if (broken) await page.addInitScript(broken)
  await before?.(page)
  await page.goto(window.url)
  return page
}

/** A script for openPage: replaces single bound methods as soon as Wails has put them there. */
export const breakCalls = (methods) => `{
  const broken = { ${Object.entries(methods).map(([name, fn]) => `${name}: ${fn}`).join(', ')} };
  let go;
  const ours = new Set();
  const replace = () => {
    const app = go?.main?.App ?? {};
    for (const [name, fn] of Object.entries(broken)) {
      const real = app[name];
      if (!real || ours.has(real)) continue;
      app[name] = (...args) => fn(real, ...args);
      ours.add(app[name]);
    }
  };
  Object.defineProperty(window, 'go', { configurable: true, get: () => (replace(), go), set: (v) => (go = v) });
}`

/** Runs scimd; its exit code and what it printed. */
export async function scimd(...args) {
  const child = spawn(join(root, 'bin/scimd'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  const [code] = await once(child, 'exit')
  return { code, out, err }
}

/** Opens a folder by the daemon; the returned function ends it. */
export async function daemon(dir) {
  const child = spawn(join(root, 'bin/scimd'), ['run', '--data', join(dir, 'data'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** Plays Entra at an address; ends when it has, and fails if the server then differs from what was sent. */
export async function rehearse(window, address, secret, ...more) {
  const file = join(window.dir, 'token.txt')
  await writeFile(file, `${secret}\n`, { mode: 0o600 })
  const done = await scimd('rehearse', '--dialect', 'mixed', '--url', address, '--token-file', file, ...more)
  if (done.code !== 0) throw new Error(`the rehearsal ended with ${done.code}\n${done.out}\n${done.err}`)
}

/** Fills a folder with people and groups before a window is opened on it. */
export async function seed(people, groups = 40, ...more) {
  const dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
  const args = ['-data', join(dir, 'data'), '-people', String(people), '-groups', String(groups), ...more]
  const child = spawn(process.env.SEED_BIN ?? join(root, 'bin/seed'), args, { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`seed ended with ${code}`)
  return dir
}

/** Waits until something holds; a test fails by its own time limit otherwise. */
export async function until(page, holds, what) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return
    await page.waitForTimeout(50)
  }
  assert.fail(`did not come: ${what}`)
}

/** Presses Try again, unless the page has tried again by itself meanwhile. */
export async function again(page, place = page) {
  const button = place.getByRole('button', { name: 'Try again' }).first()
  await until(page, async () => !(await button.isVisible()) || button.click({ timeout: 1_000 }).then(() => true, () => false), 'another try')
}

const axeSource = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/**
 * What axe finds against WCAG 2.2 A and AA, on a page that holds still: half way between two states a colour is neither the one nor the
 * other. Transitions end at once while it looks, what else moves is waited for, and where the page changed meanwhile it looks again.
 * Tabster's focus sentinels are hidden and focusable by design.
 */
export async function findings(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const moving = () => document.getAnimations().filter((one) => one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime))
    const still = document.head.appendChild(document.createElement('style'))
    still.textContent = '*, ::before, ::after { transition: none !important }'
    const changes = new MutationObserver(() => {})
    changes.observe(document.body, { attributes: true, childList: true, subtree: true })
    let found = []
    for (let tries = 0; tries < 5; tries++) {
      while (moving().length > 0) await Promise.allSettled(moving().map((one) => one.finished))
      changes.takeRecords()
      const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      // What passed is not gathered, which takes as long again.
      const { violations } = await globalThis.axe.run({ exclude: [['[data-tabster-dummy]']] }, { runOnly, resultTypes: ['violations'] })
      found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)
      if (found.length === 0 || changes.takeRecords().length === 0) break
    }
    changes.disconnect()
    still.remove()
    return found
  })
}

/** Gives a page another size and other colours without loading it again; they are the system's, as long as nobody chose others. */
export async function look(page, { width, height, dark = false, forced = false }) {
  const colorScheme = dark ? 'dark' : 'light'
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme, forcedColors: forced ? 'active' : 'none' })
  await page.locator(`.app[style*="${colorScheme}"]`).waitFor({ state: 'attached' })
}

/** Goes to a place as a link does, and waits until its page stands: the page that was left has a title too, until the browser tells that the place is another. */
export async function visit(page, hash) {
  await page.evaluate((to) => new Promise((there) => {
    const from = location.href
    addEventListener('hashchange', () => there(), { once: true })
    location.hash = to
    if (location.href === from) there()
  }), hash)
  await page.locator('main h1').first().waitFor()
}

/** Waits until nothing on the page is still being loaded. */
export const settled = (page) => until(page, async () => (await page.locator('.bone, .late').count()) === 0, 'everything loaded')

/** What the backend itself says, by the page's own calls. */
export const ask = (page, method, ...args) => page.evaluate(([name, given]) => globalThis.go.main.App[name](...given), [method, args])

/** Makes a new token by the backend, not by the page. The one before it ends at once, or goes on if it is said so. */
export const newToken = async (page, leaked = true) => (await ask(page, 'RotateToken', { leaked, force: false, expires: '' })).secret

/** Asks the server as a client with this secret would; the answer's status. */
export const get = (address, secret, path = '/Users?count=1') =>
  fetch(address + path, { headers: { Authorization: `Bearer ${secret}` } }).then((r) => r.status)

/** Creates a person by a SCIM request; the answer's status. */
export const create = (address, secret, displayName) =>
  fetch(`${address}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `${displayName}@contoso.example`.replaceAll(' ', '.'), displayName }),
  }).then((r) => r.status)

/** Keeps what a screen reader is told from now on, where the next message soon takes the place of one; the function gives all of it. */
export async function hear(page) {
  await page.evaluate(() => {
    const region = document.querySelector('.visually-hidden[role=status]')
    globalThis.heard = []
    new MutationObserver(() => globalThis.heard.push(region.textContent)).observe(region, { childList: true, subtree: true })
  })
  return () => page.evaluate(() => globalThis.heard)
}

/** A call's failure with a code, as script for breakCalls. */
export const refusal = (code) => `Promise.reject(new Error('{"code":"${code}","message":""}'))`
