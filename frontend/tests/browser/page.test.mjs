import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { breakCalls, daemon, launch, openPage, openWindow, rehearse } from './window.mjs'

const axeSource = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe finds against WCAG 2.2 A and AA. Tabster's focus sentinels are hidden and focusable by design. */
async function findings(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(() =>
    globalThis.axe.run({ exclude: [['[data-tabster-dummy]']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  )
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)
}

const grid = (page) => page.getByRole('grid')
const rowCount = async (page) => Number(await grid(page).getAttribute('aria-rowcount')) - 1
const scrollTop = (page) => grid(page).evaluate((el) => el.scrollTop)

/** Waits until the page says so; a test fails by its own time limit otherwise. */
async function until(page, holds, what) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return
    await page.waitForTimeout(50)
  }
  assert.fail(`did not come: ${what}`)
}

/** Makes a new token by the button and gives its secret. */
async function newSecret(page) {
  await page.getByRole('button', { name: /Make token|Rotate token/ }).click()
  const secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
  await page.getByRole('button', { name: 'Close without copying' }).click()
  await page.getByRole('alertdialog').waitFor({ state: 'detached' })
  return secret
}

const probe = (address, secret) => fetch(`${address}/Users?count=1`, { headers: { Authorization: `Bearer ${secret}` } }).then((r) => r.status)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the page', { timeout: 240_000 }, () => {
  let window
  let page
  let address
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    address = await page.locator('.address').textContent()
  })
  after(() => window.close())

  it('rotates the token: the old one is refused at once, and the secret is shown only in its dialog', async () => {
    const first = await newSecret(page)
    assert.equal(await probe(address, first), 200)
    secret = await newSecret(page)
    assert.notEqual(secret, first)
    assert.equal(await probe(address, first), 401)
    assert.equal(await probe(address, secret), 200)
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
    assert.ok(!kept.includes(secret) && !kept.includes(first))
    await page.getByText(`ends in ${secret.slice(-4)}`).waitFor()
    assert.ok(!window.said().includes(secret))
  })

  it('keeps the secret on the screen until it was copied or given up', async () => {
    await page.getByRole('button', { name: 'Rotate token' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('The old token ended just now').waitFor()
    await page.keyboard.press('Escape')
    assert.ok(await dialog.isVisible())
    assert.deepEqual(await findings(page), [])
    secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
    await page.getByRole('button', { name: 'Copy token' }).click()
    await dialog.getByText('emptied after 60 seconds').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('empties the clipboard after a minute if it still holds the secret, and only then', async () => {
    const timed = await openPage(browser, window, { before: (p) => p.clock.install() })
    const clipboard = () => timed.evaluate(() => globalThis.runtime.ClipboardGetText())
    const copySecret = async () => {
      await timed.getByRole('button', { name: 'Rotate token' }).click()
      secret = await timed.getByRole('textbox', { name: 'New secret token' }).inputValue()
      await timed.getByRole('button', { name: 'Copy token' }).click()
      await timed.getByRole('button', { name: 'Done' }).click()
      assert.equal(await clipboard(), secret)
    }
    await copySecret()
    await timed.clock.runFor(59_000)
    assert.equal(await clipboard(), secret)
    await timed.clock.runFor(2_000)
    await timed.getByText('The token was removed from the clipboard.').waitFor({ state: 'attached' })
    assert.equal(await clipboard(), '')
    await copySecret()
    await timed.getByRole('button', { name: 'Copy Tenant URL' }).first().click()
    await until(timed, async () => (await clipboard()) === address, 'the copied address')
    await timed.clock.runFor(61_000)
    await timed.waitForTimeout(300)
    assert.equal(await clipboard(), address)
    await timed.context().close()
  })
})
