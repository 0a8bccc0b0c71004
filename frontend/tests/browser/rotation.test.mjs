import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, breakCalls, findings, get, hear, launch, look, newToken, openPage, openWindow, refusal, until, visit } from './window.mjs'

const card = (page, name) => page.getByRole('region', { name })
const dialog = (page) => page.getByRole('alertdialog')
const token = (page) => card(page, 'Secret token')
const bar = (page) => page.getByRole('contentinfo', { name: 'State' })
const secretField = (page) => page.getByRole('textbox', { name: 'New secret token' })
const step = (page, title) => page.locator('.watch-steps .step', { has: page.getByRole('heading', { name: title }) })
const focused = (page) => page.evaluate(() => document.activeElement.textContent)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** Rotates by the page's own button, and gives the secret that the dialog shows. */
async function rotate(page) {
  await page.getByRole('button', { name: 'Rotate token' }).click()
  return secretField(page).inputValue()
}

async function close(page, name = /Close without copying|Done|Finish later/) {
  await dialog(page).getByRole('button', { name }).click()
  await dialog(page).waitFor({ state: 'detached' })
}

/** One token is accepted and has been used: where each test begins. */
async function one(page, address) {
  const secret = await newToken(page)
  assert.equal(await get(address, secret), 200)
  await token(page).getByText('Accepted', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Rotate token' }).waitFor()
  return secret
}

/** A rotation is under way: the old token and the new one, which nobody has used. */
async function begun(page, address) {
  const old = await one(page, address)
  const fresh = await newToken(page, false)
  await page.getByRole('button', { name: 'Go on with the rotation' }).waitFor()
  return [old, fresh]
}

/** Calls that can be broken one at a time, by their names in globalThis.broken. */
const breakable = breakCalls({
  FinishRotation: `(real) => globalThis.broken?.finish ? ${refusal('DB_FULL')} : real()`,
  RotateToken: `(real, how) => globalThis.broken?.begin && !how.leaked ? ${refusal('DB_FULL')} : real(how)`,
  EndToken: `(real) => globalThis.broken?.end ? ${refusal('DB_FULL')} : real()`,
  Tokens: '(real) => real().then((t) => ({ ...t, ...globalThis.broken?.tokens }))',
  DismissReminder: '() => ((globalThis.broken = { put: true, tokens: { reminds: false } }), Promise.resolve())',
})

const breaks = (page, broken) => page.evaluate((now) => (globalThis.broken = now), broken)

/** Nothing is broken and no dialog open, whatever became of the test before. */
async function afresh(page) {
  if ((await dialog(page).count()) > 0) await page.reload()
  await breaks(page, {})
  await visit(page, '#/connection')
}

describe('a rotation', { timeout: 120_000 }, () => {
  let window
  let page
  let address
  const secrets = []
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window, { broken: breakable })
    await visit(page, '#/connection')
    address = (await ask(page, 'Snapshot')).address
  })
  beforeEach(() => afresh(page))
  after(() => window.close())

  it('is no part of the first token, which is made at once and shown only in its dialog', async () => {
    await page.getByRole('button', { name: 'Make token' }).click()
    const secret = await secretField(page).inputValue()
    secrets.push(secret)
    assert.equal(await dialog(page).getByText('Undo').count(), 0)
    await dialog(page).getByText('Tenant URL').first().waitFor()
    assert.deepEqual(await findings(page), [])
    await close(page)
    await token(page).getByText(`ends in ${secret.slice(-4)}`).waitFor()
    await token(page).getByText('Not used yet').waitFor()
    assert.equal(await get(address, secret), 200)
    await token(page).getByText('Accepted').waitFor()
  })

  it('begins with one click, and the old token goes on until a request with the new one has come', async () => {
    const old = await one(page, address)
    await page.getByRole('button', { name: 'Rotate token' }).focus()
    await page.keyboard.press('Enter')
    const fresh = await secretField(page).inputValue()
    secrets.push(old, fresh)
    assert.notEqual(fresh, old)
    await dialog(page).getByText('Step 2 of 3').waitFor()
    await dialog(page).getByText('Waiting for a request with the new token').waitFor()
    await dialog(page).getByText(`Old token (${old.slice(-4)}) still accepted`).waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await get(address, old), 200)
    await page.keyboard.press('Escape')
    await dialog(page).getByText('stays open until the token is copied').waitFor()
    const heard = await hear(page)
    assert.equal(await get(address, fresh), 200)
    await dialog(page).getByText('Step 3 of 3').waitFor()
    await until(page, async () => (await heard()).includes('A request with the new token has come.'), 'the request in words')
    await step(page, 'The old token ends by itself').getByText('unless it is used again').waitFor()
    await secretField(page).focus()
    await page.keyboard.press('Control+c')
    await dialog(page).getByText('emptied after 60 seconds').waitFor()
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await token(page).getByText('Rotation under way').waitFor()
    await bar(page).getByText('Two tokens', { exact: true }).waitFor()
    await until(page, async () => (await focused(page)) === 'Go on with the rotation', 'the focus on the button that went on')
  })

  it('says to paste the new address too while Entra has the old one', async () => {
    await begun(page, address)
    await page.getByRole('button', { name: 'Go on with the rotation' }).click()
    await dialog(page).getByText('The Tenant URL stays as it is').waitFor()
    await close(page)
    const moved = await openPage(browser, window, { broken: breakCalls({ Snapshot: "(real) => real().then((s) => ({ ...s, changed: { old: 'https://desk.contoso.example/scim/v2', new: 'https://scim.contoso.example/scim/v2', at: '2026-03-02T12:00:00.000Z' } }))" }) })
    await visit(moved, '#/connection')
    await moved.getByRole('button', { name: 'Go on with the rotation' }).click()
    await dialog(moved).getByText('paste https://scim.contoso.example/scim/v2 into Tenant URL').waitFor()
    assert.equal(await dialog(moved).getByText('The Tenant URL stays as it is').count(), 0)
    await moved.context().close()
  })

  it('can be looked at again without its secret, and ended at once when the new one was seen', async () => {
    const [old, fresh] = await begun(page, address)
    assert.equal(await get(address, fresh), 200)
    await page.getByRole('button', { name: 'Go on with the rotation' }).click()
    await dialog(page).getByText('Step 3 of 3').waitFor()
    assert.equal(await secretField(page).count(), 0)
    await dialog(page).getByText(/Of the last \d+ requests/).waitFor()
    await dialog(page).getByRole('button', { name: 'End it now' }).click()
    await dialog(page).getByRole('heading', { name: 'The old token has ended' }).waitFor()
    assert.equal(await get(address, old), 401)
    assert.equal(await get(address, fresh), 200)
    await close(page, 'Done')
    await token(page).getByText('Accepted').waitFor()
  })

  it('says of a token that has ended which it was and when, until a good one comes', async () => {
    const old = await one(page, address)
    const fresh = await one(page, address)
    assert.equal(await get(address, old), 401)
    await page.locator('.message').getByText('Entra sent a token that ended').waitFor()
    await page.getByText(`last four ${old.slice(-4)}`).first().waitFor()
    await card(page, 'Seen from Entra').getByText(`ends in ${old.slice(-4)} and ended`).waitFor()
    await card(page, 'Seen from Entra').getByText('Ended token').first().waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await get(address, fresh), 200)
    await page.locator('.message').getByText('Entra sent a token that ended').waitFor({ state: 'detached' })
  })

  it('whose secret was lost makes another: the one that nobody used is refused, the old one goes on', async () => {
    const [old, lost] = await begun(page, address)
    await page.getByRole('button', { name: 'Go on with the rotation' }).click()
    await dialog(page).getByRole('button', { name: 'Lost it? Make another' }).click()
    await dialog(page).getByText('the one made before it, which nobody has used').waitFor()
    await dialog(page).getByRole('button', { name: 'Cancel' }).click()
    await until(page, async () => (await focused(page)) === 'Lost it? Make another', 'the focus back on the button')
    await dialog(page).getByRole('button', { name: 'Lost it? Make another' }).click()
    await dialog(page).getByRole('button', { name: 'Make another', exact: true }).click()
    const fresh = await secretField(page).inputValue()
    secrets.push(old, lost, fresh)
    assert.deepEqual([await get(address, old), await get(address, lost)], [200, 401])
    await close(page, 'Close without copying')
  })

  it('is undone after saying what that does: the old token is the only one again', async () => {
    const [old, fresh] = await begun(page, address)
    await page.getByRole('button', { name: 'Go on with the rotation' }).click()
    await dialog(page).getByRole('button', { name: 'Undo' }).click()
    await dialog(page).getByText('The new token is refused from now on').waitFor()
    await dialog(page).getByRole('button', { name: 'Undo all the same' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    assert.deepEqual([await get(address, old), await get(address, fresh)], [200, 401])
    await page.getByRole('button', { name: 'Rotate token' }).waitFor()
  })

  it('warns before the old token ends unseen, and tells what failed in its place', async () => {
    const old = await one(page, address)
    await breaks(page, { finish: true })
    await rotate(page)
    await dialog(page).getByRole('button', { name: 'End it now' }).click()
    await dialog(page).getByText('provisioning stops until it does').waitFor()
    await dialog(page).getByRole('button', { name: 'End the old one all the same' }).click()
    await dialog(page).getByText('DB_FULL').waitFor()
    assert.equal(await get(address, old), 200)
    await breaks(page, {})
    await dialog(page).getByRole('button', { name: 'End it now' }).click()
    await dialog(page).getByRole('button', { name: 'End the old one all the same' }).click()
    await dialog(page).getByRole('heading', { name: 'The old token has ended' }).waitFor()
    assert.equal(await get(address, old), 401)
    await close(page)
  })

  it('of a leaked token asks first, then ends it in the same moment', async () => {
    const old = await one(page, address)
    await page.getByRole('button', { name: 'It has leaked' }).click()
    await dialog(page).getByText('is refused from that moment on').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await until(page, async () => (await focused(page)) === 'It has leaked', 'the focus back on the button')
    assert.equal(await get(address, old), 200)
    await page.getByRole('button', { name: 'It has leaked' }).click()
    await dialog(page).getByRole('button', { name: 'End it and make a new one' }).click()
    const fresh = await secretField(page).inputValue()
    secrets.push(old, fresh)
    await dialog(page).getByText('The old token ended just now').waitFor()
    assert.deepEqual([await get(address, old), await get(address, fresh)], [401, 200])
    await close(page)
  })

  it('that can not be begun says why, and begins when tried again', async () => {
    const old = await one(page, address)
    await breaks(page, { begin: true })
    await page.getByRole('button', { name: 'Rotate token' }).click()
    await token(page).getByText('DB_FULL').waitFor()
    await breaks(page, {})
    await token(page).getByRole('button', { name: 'Try again' }).click()
    await secretField(page).waitFor()
    assert.equal(await get(address, old), 200)
    await close(page)
  })

  it('leaves no secret anywhere but in its field', async () => {
    await visit(page, '#/activity')
    await visit(page, '#/connection')
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
    for (const secret of secrets) assert.ok(!kept.includes(secret) && !window.said().includes(secret))
  })
})

describe('the token', { timeout: 120_000 }, () => {
  let window
  let page
  let address
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window, { broken: breakable })
    await visit(page, '#/connection')
    address = (await ask(page, 'Snapshot')).address
  })
  beforeEach(() => afresh(page))
  after(() => window.close())

  it('is taken off the clipboard after a minute if that still holds it, and only then', async () => {
    const timed = await openPage(browser, window, { before: (p) => p.clock.install() })
    await visit(timed, '#/connection')
    const clipboard = () => timed.evaluate(() => globalThis.runtime.ClipboardGetText())
    const copySecret = async () => {
      await one(timed, address)
      secret = await rotate(timed)
      await timed.getByRole('button', { name: 'Copy token' }).click()
      await close(timed, 'Finish later')
      assert.equal(await clipboard(), secret)
    }
    const heard = await hear(timed)
    await copySecret()
    // The clock goes on by itself too: what the clicks took is part of the minute.
    await timed.clock.runFor(30_000)
    assert.equal(await clipboard(), secret)
    await timed.clock.runFor(31_000)
    await until(timed, async () => (await heard()).includes('The token was removed from the clipboard.'), 'the removal in words')
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
    secret = await one(page, address)
    assert.equal(await get(address, 'sdk_wrong'), 401)
    const seen = card(page, 'Seen from Entra')
    await seen.getByText('from 127.0.0.1').waitFor()
    await seen.getByText(`paste the token that ends in ${secret.slice(-4)}`).waitFor()
    await token(page).getByText('Last refused just now').waitFor()
    assert.deepEqual(await findings(page), [])
    const { refused } = await ask(page, 'Snapshot')
    await seen.getByRole('link', { name: 'Show the request', exact: true }).click()
    await until(page, async () => (await page.evaluate(() => location.hash)) === `#/activity/${refused.activity}`, 'the refused request')
    await visit(page, '#/connection')
    assert.equal(await get(address, secret), 200)
    await token(page).getByText('Accepted').waitFor()
  })

  it('ends at a date only if that is wanted, after saying what it does to Entra, and reminds of it', async () => {
    await token(page).getByText('never, as Entra needs it').waitFor()
    await token(page).getByRole('button', { name: 'Set an end' }).click()
    const asked = page.getByRole('dialog')
    await asked.getByText('Entra never renews a token by itself').waitFor()
    assert.deepEqual(await findings(page), [])
    await asked.getByLabel('Last day').fill('2020-01-01')
    await asked.getByText('Choose a day from tomorrow on.').waitFor()
    const soon = new Date(Date.now() + 3 * 24 * 60 * 60_000).toISOString().slice(0, 10)
    await asked.getByLabel('Last day').fill(soon)
    await asked.getByRole('button', { name: 'Set the end' }).click()
    await asked.waitFor({ state: 'detached' })
    await token(page).getByText('After that Entra is refused.').waitFor()
    assert.ok((await ask(page, 'Tokens')).current.expires !== '')
    await token(page).getByRole('button', { name: 'Let it never end' }).click()
    await token(page).getByText('never, as Entra needs it').waitFor()
  })

  it('that is old is spoken of once, and a rotation nobody finished is asked about', async () => {
    secret = await one(page, address)
    await breaks(page, { tokens: { asks: true } })
    const fresh = await newToken(page, false)
    await token(page).getByText('Two tokens have been accepted since').waitFor()
    await breaks(page, { tokens: { reminds: true, asks: false } })
    assert.equal(await get(address, fresh), 200)
    await token(page).getByText('more than 180 days ago').waitFor()
    await token(page).getByRole('button', { name: "Don't remind me of this one" }).click()
    await until(page, () => page.evaluate(() => globalThis.broken.put === true), 'the reminder put aside')
  })

  it('is ended when that is confirmed, and the focus stays where it was', async () => {
    secret = await one(page, address)
    await page.getByRole('button', { name: 'End token' }).click()
    await dialog(page).getByText('There is no way back').waitFor()
    await dialog(page).getByRole('button', { name: 'End token' }).press('Enter')
    await dialog(page).waitFor({ state: 'detached' })
    await token(page).getByText('None', { exact: true }).waitFor()
    assert.equal(await get(address, secret), 401)
    await until(page, async () => (await focused(page)) === 'End token', 'the focus on the button')
    await page.getByRole('button', { name: 'Make token' }).waitFor()
  })

  it('that can not be ended says why in the dialog, and ends when tried again', async () => {
    secret = await one(page, address)
    await breaks(page, { end: true })
    await page.getByRole('button', { name: 'End token' }).click()
    await dialog(page).getByRole('button', { name: 'End token' }).click()
    await dialog(page).getByText('DB_FULL').waitFor()
    assert.equal(await get(address, secret), 200)
    await breaks(page, {})
    await dialog(page).getByRole('button', { name: 'End token' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    assert.equal(await get(address, secret), 401)
  })

  it('is rotated in a window of any size and colour, in German too', async () => {
    await begun(page, address)
    await visit(page, '#/settings')
    await page.getByRole('radio', { name: 'Deutsch' }).click()
    await visit(page, '#/connection')
    await page.getByRole('button', { name: 'Erneuerung fortsetzen' }).click()
    await dialog(page).getByText('Schritt 2 von 3').waitFor()
    for (const as of [{ width: 640, height: 400 }, { width: 900, height: 600, dark: true }, { width: 1280, height: 800, forced: true }]) {
      await look(page, as)
      assert.deepEqual(await findings(page), [], JSON.stringify(as))
      const wide = await dialog(page).evaluate((el) => el.scrollWidth > el.clientWidth)
      assert.ok(!wide, 'nothing is cut off at the side')
    }
  })
})

describe('a client for OAuth', { timeout: 60_000 }, () => {
  let window
  let page
  let address
  const oauth = () => card(page, 'OAuth client credentials')
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    await visit(page, '#/connection')
    address = (await ask(page, 'Snapshot')).address
  })
  after(() => window.close())

  it('is made with a secret that is shown once, beside what Entra asks for, and signs in', async () => {
    await oauth().getByRole('button', { name: 'Make a client' }).click()
    const secret = await page.getByRole('textbox', { name: 'Client secret' }).inputValue()
    await dialog(page).getByText('Client identifier').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog(page).getByText('stays open until').waitFor()
    await close(page)
    assert.ok(!(await page.content()).includes(secret))
    const { oauth: made } = await ask(page, 'Tokens')
    const answer = await fetch(new URL('/oauth/token', address), {
      method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: made.clientId, client_secret: secret }),
    })
    assert.equal(answer.status, 200)
    assert.equal(await get(address, (await answer.json()).access_token), 200)
    await oauth().getByText('Accepted').waitFor()
    await bar(page).getByText('OAuth client').waitFor()
  })

  it('ends when that is confirmed', async () => {
    await oauth().getByRole('button', { name: 'End the client' }).click()
    await dialog(page).getByText('every token given for it are refused').waitFor()
    await dialog(page).getByRole('button', { name: 'End the client' }).click()
    await oauth().getByText('Off').waitFor()
    assert.equal((await ask(page, 'Tokens')).oauth.on, false)
  })
})
