// The set-up guide on the real backend behind ngrok's double: walked from the first step on, ticked by what comes through the edge.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { after, before, describe, it } from 'node:test'
import { startNgrok } from './ngrok.mjs'
import { ask, breakCalls, findings, get, launch, look, openPage, openWindow, refusal, settled, until, visit } from './window.mjs'

const authtoken = '2setupContosoOne_goodPart'
const probe = `/Users?filter=userName+eq+"5c1f0a7e-2f55-4c36-9a0c-0c9a3d1b7f10"`

let browser
let ngrok
before(async () => {
  browser = await launch()
  ngrok = await startNgrok(authtoken)
})
after(async () => {
  await browser.close()
  await ngrok.close()
})

/** Asks by the public address, as Entra does; the answer's status. */
async function byEdge(path, secret, body) {
  const [host, port] = ngrok.env.SCIMDESK_NGROK_EDGE.split(':')
  const ca = await readFile(ngrok.env.SCIMDESK_NGROK_CA)
  return new Promise((done, fail) => {
    const sent = request(
      {
        host, port, ca, servername: ngrok.domain, path: encodeURI(path), method: body ? 'POST' : 'GET', agent: false,
        headers: { Host: ngrok.domain, Authorization: `Bearer ${secret}`, ...(body && { 'Content-Type': 'application/scim+json' }) },
      },
      (answer) => answer.resume().on('end', () => done(answer.statusCode)),
    )
    sent.on('error', fail)
    sent.end(body && JSON.stringify(body))
  })
}

const part = (page) => page.locator('.setup-step')
const title = (page, name) => part(page).getByRole('heading', { level: 2, name }).waitFor()
const item = (page, name, state) => page.getByRole('navigation', { name: 'Steps of the set-up' }).getByRole('button', { name: new RegExp(`${name}.*${state}`) }).waitFor()
const next = (page) => part(page).getByRole('button', { name: 'Next', exact: true })
const clipboard = (page) => page.evaluate(() => globalThis.runtime.ClipboardGetText())

describe('the set-up guide', { timeout: 150_000 }, () => {
  let window
  let page
  let secret
  before(async () => {
    window = await openWindow({ env: ngrok.env })
    page = await openPage(browser, window)
  })
  after(() => window?.close())

  it('is called for where nothing is set up yet, and is left and taken up again where it was', async () => {
    await page.getByRole('button', { name: 'Begin the set-up' }).click()
    await title(page, 'Entra plan and role')
    await until(page, () => page.evaluate(() => document.activeElement.id === 'step-title'), 'the focus on the step')
    assert.deepEqual(await findings(page), [])
    await page.getByRole('radio', { name: /Entra ID Free/ }).click()
    await page.getByRole('radio', { name: 'Yes' }).click()
    await item(page, 'Entra plan and role', 'Done')
    await item(page, 'The first group', 'Left out')
    await next(page).click()
    await title(page, 'Day and night')
    await visit(page, '#/overview')
    await page.getByRole('button', { name: 'Continue set-up' }).click()
    await title(page, 'Day and night')
    await part(page).getByRole('radio', { name: 'Yes' }).click()
    await item(page, 'Day and night', 'Done')
  })

  it('is walked by the keyboard, with the focus on each new step', async () => {
    await next(page).focus()
    await page.keyboard.press('Enter')
    await title(page, 'A way in for Entra')
    await until(page, () => page.evaluate(() => document.activeElement.id === 'step-title'), 'the focus on the step')
    await part(page).getByText('Only this computer reaches ScimDesk').waitFor()
    await page.goBack()
    await title(page, 'Day and night')
    await page.goForward()
    await title(page, 'A way in for Entra')
  })

  it('opens the tunnel and makes the token in their places', async () => {
    await part(page).getByRole('radio', { name: /A tunnel by ngrok/ }).click()
    await page.getByLabel('ngrok authtoken').fill(authtoken)
    await page.getByRole('radio', { name: 'In a file in the data folder' }).click()
    await page.getByRole('button', { name: 'Keep it and connect' }).click()
    await item(page, 'A way in for Entra', 'Done')
    assert.deepEqual(await findings(page), [])
    await next(page).click()
    await part(page).getByRole('button', { name: 'Make token' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('button', { name: 'Copy token' }).click()
    await until(page, async () => (await clipboard(page)).startsWith('sdk_'), 'the copied token')
    secret = await clipboard(page)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await item(page, 'Secret token', 'Done')
    assert.ok(!(await page.content()).includes(secret))
  })

  it('has the target confirmed, and asks who is here already', async () => {
    await next(page).click()
    await part(page).getByRole('button', { name: 'Generic SCIM system is right' }).click()
    await item(page, 'Target system', 'Done')
    await next(page).click()
    await part(page).getByRole('radio', { name: /^Yes/ }).click()
    await part(page).getByRole('button', { name: 'Open Import' }).waitFor()
    await part(page).getByRole('radio', { name: /No, nobody/ }).click()
    await item(page, 'People who exist already', 'Done')
  })

  it('gives the values with the words of both portals, and the Tenant URL to copy', async () => {
    await next(page).click()
    await title(page, 'The values in Entra')
    const address = `https://${ngrok.domain}/scim/v2`
    await part(page).getByText('New configuration.').waitFor()
    await part(page).locator('[data-deed=url]').getByRole('button', { name: 'Copy' }).click()
    await until(page, async () => (await clipboard(page)) === address, 'the copied address')
    await part(page).getByRole('radio', { name: 'The classic one' }).click()
    await part(page).getByText('Unfold Admin Credentials.').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('waits for Test Connection, says what came wrong, and ticks itself when it comes', async () => {
    await next(page).click()
    await part(page).getByText('Listening since').waitFor()
    const { listener } = await ask(page, 'Snapshot')
    assert.equal(await get(`http://${listener.listen}/scim/v2`, secret, encodeURI(probe)), 200)
    await part(page).getByText('A request came from this computer').waitFor()
    assert.equal(await byEdge(`/scim${probe}`, secret), 404)
    await part(page).getByText('A request came to /scim/Users, where nothing is served').waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await byEdge(`/scim/v2${probe}`, 'sdk_nonsense'), 401)
    await part(page).getByText('no token of this app').waitFor()
    assert.equal(await byEdge(`/scim/v2${probe}`, secret), 200)
    await item(page, 'Test Connection', 'Done')
    await item(page, 'The values in Entra', 'Done')
    await part(page).getByText('Seen from Entra').waitFor()
  })

  it('sees people come, and what Entra was told where one could not', async () => {
    await next(page).click()
    await title(page, 'One person on demand')
    assert.equal(await byEdge('/scim/v2/Users', secret, { displayName: 'Nobody' }), 400)
    await part(page).getByText('A request of Entra could not be carried out').waitFor()
    for (const name of ['anna.berg', 'ben.otto']) assert.equal(await byEdge('/scim/v2/Users', secret, { userName: `${name}@contoso.example`, displayName: name }), 201)
    await item(page, 'Start provisioning', 'Done')
    await visit(page, '#/setup/start')
    await part(page).getByText('Seen: anna.berg').waitFor()
    await part(page).getByText('Prevent accidental deletion”').waitFor()
    const before = await ask(page, 'Targets')
    await ask(page, 'SaveTarget', { id: 'eptura', strict: false, administrator: '' })
    for (const [step, codes] of [['target', ['sso']], ['on-demand', ['map-users', 'external-id', 'phones', 'remove-others', 'map-groups', 'match-groups']]]) {
      await visit(page, `#/setup/${step}`)
      await until(page, async () => (await part(page).locator('[data-step]').evaluateAll((all) => all.map((one) => one.dataset.step))).join() === codes.join(), `the tutorial at ${step}`)
    }
    await ask(page, 'SaveTarget', { id: before.active, strict: false, administrator: '' })
    await visit(page, '#/setup/cycle')
    await title(page, 'The first cycle')
    assert.deepEqual(page.faults, [])
  })

  it('is whole in German, dark and small, at every step', async () => {
    await ask(page, 'SavePreferences', 'system', 'de')
    await page.reload()
    await look(page, { width: 900, height: 600, dark: true })
    for (const step of ['plan', 'tunnel', 'start']) {
      await visit(page, `#/setup/${step}`)
      await settled(page)
      assert.deepEqual(await findings(page), [], step)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${step} scrolls sideways`)
    }
    await page.context().close()
  })

  it('says what could not be read, and reads it again', async () => {
    const broken = await openPage(browser, window, { broken: breakCalls({ Guide: `(real) => globalThis.mended ? real() : ${refusal('DB_FULL')}` }) })
    await visit(broken, '#/setup')
    await broken.locator('.message').getByText('DB_FULL').waitFor()
    await broken.evaluate(() => (globalThis.mended = true))
    await broken.locator('.message').getByRole('button').click()
    await part(broken).waitFor()
    await broken.context().close()
  })
})
