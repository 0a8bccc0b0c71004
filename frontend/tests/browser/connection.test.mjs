import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, findings, get, launch, newToken, openPage, openWindow, until, visit } from './window.mjs'

const card = (page, name) => page.getByRole('region', { name })
const dialog = (page) => page.getByRole('alertdialog')

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** Rotates by the page's own buttons, and gives the secret that the dialog shows. */
async function rotate(page) {
  await page.getByRole('button', { name: 'Rotate token' }).click()
  await dialog(page).getByRole('button', { name: 'Rotate token' }).click()
  return page.getByRole('textbox', { name: 'New secret token' }).inputValue()
}

async function closeSecret(page) {
  await page.getByRole('button', { name: /Close without copying|Done/ }).click()
  await dialog(page).waitFor({ state: 'detached' })
}

describe('the connection page', { timeout: 180_000 }, () => {
  let window
  let page
  let address
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    await visit(page, '#/connection')
    address = await page.locator('.address').textContent()
  })
  after(() => window.close())

  it('says what Entra needs, that this address is not enough for it, and that there is no token', async () => {
    await card(page, 'Tenant URL').getByText('Only this computer reaches this address').waitFor()
    await card(page, 'Secret token').getByText('every request is refused').waitFor()
    await card(page, 'Seen from Entra').getByText('Nothing yet').waitFor()
    await card(page, 'What to do in Entra').getByText(address).waitFor()
    assert.deepEqual(await findings(page), [])
    await card(page, 'Tenant URL').getByRole('button', { name: 'Copy' }).click()
    await until(page, async () => (await page.evaluate(() => globalThis.runtime.ClipboardGetText())) === address, 'the copied address')
  })

  it('makes the first token at once, and shows its secret only in its dialog', async () => {
    await page.getByRole('button', { name: 'Make token' }).click()
    secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
    await closeSecret(page)
    await card(page, 'Secret token').getByText(`ends in ${secret.slice(-4)}`).waitFor()
    assert.equal(await get(address, secret), 200)
    await card(page, 'Secret token').getByText('Accepted').waitFor()
    await card(page, 'Seen from Entra').getByText('OK').waitFor()
    const { token } = await ask(page, 'Snapshot')
    const used = card(page, 'Secret token').locator('dt:has-text("Last used") + dd')
    const at = await page.evaluate((iso) => new Date(iso).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }), token.lastUsed)
    await until(page, async () => (await used.textContent()).includes(at), `last used at ${at}`)
  })

  it('names the seven steps in Entra by the words of its portal', async () => {
    const steps = await card(page, 'What to do in Entra').locator('ol > li').allTextContents()
    const said = ['Enterprise applications', 'Provisioning, then Connectivity', `Tenant URL: not ${address}, which`, 'Secret Token', 'Test Connection', 'Press Save', 'Start provisioning']
    assert.equal(steps.length, said.length)
    said.forEach((words, i) => assert.ok(steps[i].includes(words), `step ${i + 1} says ${steps[i]}`))
    assert.ok(steps[3].includes(`ends in ${secret.slice(-4)}`) && steps[4].includes('Seen: a request with a good token'))
  })

  it('asks before it rotates: with Escape all stays, with yes the old one is refused at once', async () => {
    await page.getByRole('button', { name: 'Rotate token' }).focus()
    await page.keyboard.press('Enter')
    await dialog(page).getByText('is refused from that moment on').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await until(page, () => page.evaluate(() => document.activeElement.textContent === 'Rotate token'), 'the focus back on the button')
    assert.equal(await get(address, secret), 200)
    const old = secret
    secret = await rotate(page)
    assert.notEqual(secret, old)
    assert.equal(await get(address, old), 401)
    assert.equal(await get(address, secret), 200)
    await closeSecret(page)
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
    assert.ok(!kept.includes(secret) && !kept.includes(old))
    assert.ok(!window.said().includes(secret))
  })

  it('keeps the secret on the screen until it was copied or given up', async () => {
    secret = await rotate(page)
    await dialog(page).getByText('The old token ended just now').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).getByText('stays open until the token is copied').waitFor()
    await dialog(page).getByText('Only this computer reaches this address').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('textbox', { name: 'New secret token' }).focus()
    await page.keyboard.press('Control+c')
    await dialog(page).getByText('emptied after 60 seconds').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
  })

  it('empties the clipboard after a minute if it still holds the secret, and only then', async () => {
    const timed = await openPage(browser, window, { before: (p) => p.clock.install() })
    await visit(timed, '#/connection')
    const clipboard = () => timed.evaluate(() => globalThis.runtime.ClipboardGetText())
    const copySecret = async () => {
      secret = await rotate(timed)
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
    await card(timed, 'Tenant URL').getByRole('button', { name: 'Copy' }).click()
    await until(timed, async () => (await clipboard()) === address, 'the copied address')
    await timed.clock.runFor(61_000)
    // The answer of a call that could empty the clipboard would be here by now.
    await ask(timed, 'Snapshot')
    assert.equal(await clipboard(), address)
    await timed.context().close()
  })

  it('shows who was refused last, why, what to do, and the request itself', async () => {
    assert.equal(await get(address, secret), 200)
    assert.equal(await get(address, 'sdk_wrong'), 401)
    const seen = card(page, 'Seen from Entra')
    await seen.getByText('from 127.0.0.1').waitFor()
    await seen.getByText(`paste the token that ends in ${secret.slice(-4)}`).waitFor()
    await card(page, 'Secret token').getByText('Last refused just now').waitFor()
    assert.deepEqual(await findings(page), [])
    const { refused } = await ask(page, 'Snapshot')
    await seen.getByRole('link', { name: 'Show the request' }).click()
    await until(page, async () => (await page.evaluate(() => location.hash)) === `#/activity/${refused.activity}`, 'the refused request')
    await visit(page, '#/connection')
    assert.equal(await get(address, secret), 200)
    await card(page, 'Secret token').getByText('Accepted').waitFor()
  })

  it('ends the token when that is confirmed, and leaves the focus where it was', async () => {
    await page.getByRole('button', { name: 'End token' }).click()
    await dialog(page).getByText('There is no way back').waitFor()
    await dialog(page).getByRole('button', { name: 'End token' }).press('Enter')
    await dialog(page).waitFor({ state: 'detached' })
    await card(page, 'Secret token').getByText('None', { exact: true }).waitFor()
    assert.equal(await get(address, secret), 401)
    await until(page, () => page.evaluate(() => document.activeElement.textContent === 'End token'), 'the focus on the button')
    await page.getByRole('button', { name: 'Make token' }).waitFor()
  })

  it('says in the dialog what failed, and does it when tried again', async () => {
    secret = await newToken(page)
    const broken = breakCalls({ RotateToken: "(real) => globalThis.well ? real() : Promise.reject(new Error('{\"code\":\"DB_FULL\",\"message\":\"\"}'))" })
    const other = await openPage(browser, window, { broken })
    await visit(other, '#/connection')
    await other.getByRole('button', { name: 'Rotate token' }).click()
    await dialog(other).getByRole('button', { name: 'Rotate token' }).click()
    await dialog(other).getByText('DB_FULL').waitFor()
    assert.equal(await get(address, secret), 200)
    await other.evaluate(() => (globalThis.well = true))
    await dialog(other).getByRole('button', { name: 'Rotate token' }).click()
    secret = await other.getByRole('textbox', { name: 'New secret token' }).inputValue()
    assert.equal(await get(address, secret), 200)
    await other.context().close()
  })

  it('says in the dialog why the token could not be ended, and ends it when tried again', async () => {
    const broken = breakCalls({ EndToken: "(real) => globalThis.well ? real() : Promise.reject(new Error('{\"code\":\"DB_FULL\",\"message\":\"\"}'))" })
    const other = await openPage(browser, window, { broken })
    await visit(other, '#/connection')
    await other.getByRole('button', { name: 'End token' }).click()
    await dialog(other).getByRole('button', { name: 'End token' }).click()
    await dialog(other).getByText('DB_FULL').waitFor()
    assert.equal(await get(address, secret), 200)
    await other.evaluate(() => (globalThis.well = true))
    await dialog(other).getByRole('button', { name: 'End token' }).click()
    await dialog(other).waitFor({ state: 'detached' })
    assert.equal(await get(address, secret), 401)
    await other.context().close()
  })

  it('opens Entra in the browser, and says where to go if it can not', async () => {
    const broken = breakCalls({ OpenPage: "(real, name) => ((globalThis.opened = name), globalThis.well ? Promise.resolve() : Promise.reject(new Error('no browser')))" })
    const other = await openPage(browser, window, { broken })
    await visit(other, '#/connection')
    await other.getByRole('button', { name: 'Open Entra' }).click()
    await other.getByText('entra.microsoft.com').waitFor()
    assert.equal(await other.evaluate(() => globalThis.opened), 'entra')
    await other.evaluate(() => (globalThis.well = true))
    await other.getByRole('button', { name: 'Open Entra' }).click()
    await other.getByText('entra.microsoft.com').waitFor({ state: 'detached' })
    await other.context().close()
  })
})
