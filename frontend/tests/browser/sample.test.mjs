import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, breakCalls, create, findings, launch, newToken, openPage, openWindow, refusal, settled, until, visit } from './window.mjs'

const band = (page) => page.getByRole('region', { name: 'Sample', exact: true })
const tileOf = (page, name) => page.locator('.tile', { hasText: name })
const dialog = (page) => page.getByRole('dialog')

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the sample', { timeout: 240_000 }, () => {
  let window
  let page
  let live
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window, {
      broken: breakCalls({
        LeaveSample: `(real) => globalThis.broken === 'leave' ? ${refusal('INTERNAL')} : real()`,
        StartSample: `(real, o) => globalThis.broken === 'start' ? ${refusal('DB_FULL')} : real(o)`,
      }),
    })
    live = await ask(page, 'Snapshot')
    secret = await newToken(page)
  })
  beforeEach(async () => {
    if ((await dialog(page).count()) > 0) await page.reload()
    await page.evaluate(() => (globalThis.broken = ''))
    await visit(page, '#/overview')
  })
  after(() => window.close())

  /** A sample is shown, or none: where a test begins, whatever became of the one before. */
  async function begin(shown) {
    if ((await ask(page, 'Snapshot')).sample !== shown) await (shown ? ask(page, 'StartSample', { people: 25, speed: 'entra' }) : ask(page, 'LeaveSample'))
    await band(page).waitFor({ state: shown ? 'visible' : 'detached' })
  }

  async function openDialog() {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('sample')
    await page.getByRole('option', { name: /sample/i }).first().click()
    await dialog(page).getByRole('button', { name: 'Start sample' }).waitFor()
  }

  async function leave() {
    await page.getByRole('button', { name: 'Leave sample' }).click()
    await band(page).waitFor({ state: 'detached' })
  }

  it('says what it does before it starts, and does nothing when given up', async () => {
    await page.getByRole('button', { name: 'Start a sample' }).click()
    await dialog(page).getByText('Your own data stays as it is').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await until(page, () => page.evaluate(() => document.activeElement.textContent === 'Start a sample'), 'the focus back on the button')
    assert.equal((await ask(page, 'Snapshot')).store, live.store)
  })

  it('starts by the mouse, and marks every page', async () => {
    await begin(false)
    await page.getByRole('button', { name: 'Start a sample' }).click()
    await dialog(page).getByText('25 people').click()
    await dialog(page).getByText('As fast as Entra sends').click()
    await dialog(page).getByRole('button', { name: 'Start sample' }).click()
    await page.getByRole('heading', { name: 'Receiving changes from an invented Entra' }).waitFor()
    await until(page, async () => (await ask(page, 'Snapshot')).people.total > 10, 'invented people')
    for (const place of ['overview', 'activity', 'people', 'groups', 'connection', 'settings']) {
      await visit(page, `#/${place}`)
      await band(page).getByText('invented people').waitFor()
      await settled(page)
    }
    await visit(page, '#/overview')
    assert.deepEqual(await findings(page), [])
  })

  it('counts what comes for the live folder meanwhile, and shows none of it', async () => {
    await begin(true)
    assert.equal(await create(live.address, secret, 'Anna Berg'), 201)
    await band(page).getByText('1 for your own data meanwhile').waitFor()
    assert.equal((await ask(page, 'People', { list: '', search: 'Anna Berg', state: '', sort: 'name', descending: false, from: 0, limit: 10, group: '' })).total, 0)
  })

  it('gives the invented Entra the new secret when its token is rotated, and leaves the live one alone', async () => {
    await begin(true)
    await visit(page, '#/connection')
    await page.getByRole('button', { name: 'Rotate token' }).click()
    await page.getByText('The invented Entra has got it already').waitFor()
    await page.getByRole('button', { name: 'Close without copying' }).click()
    const { store, activity } = await ask(page, 'Snapshot')
    await until(page, async () => {
      const now = await ask(page, 'Snapshot')
      return now.store === store && now.activity.last > activity.last && now.lastEntra >= now.token.created
    }, 'requests with the new token')
    assert.equal((await ask(page, 'Snapshot')).refused.at, '')
    assert.equal(await create(live.address, secret, 'Jana Roe'), 201)
  })

  it('is left by one click: the live data is back and untouched, and no folder is left', async () => {
    await begin(true)
    const { folder } = await ask(page, 'Snapshot')
    assert.ok(existsSync(folder))
    assert.notEqual(folder, live.folder)
    await page.getByRole('button', { name: 'Leave sample' }).click()
    await band(page).waitFor({ state: 'detached' })
    const back = await ask(page, 'Snapshot')
    assert.deepEqual([back.store, back.folder, back.people.total, back.groups.total, back.sample], [live.store, live.folder, 2, 0, false])
    await visit(page, '#/overview')
    await page.locator('.changes-part').getByRole('link', { name: 'Jana Roe' }).waitFor()
    await until(page, () => !existsSync(folder), 'the folder gone')
  })

  it('starts and is left by the keyboard alone', async () => {
    await begin(false)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('sample')
    await page.getByRole('option', { name: /sample/i }).first().waitFor()
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('radio', { name: '200 people' }).waitFor()
    await until(page, () => page.evaluate(() => document.activeElement.getAttribute('type') === 'radio'), 'the focus in the dialog')
    await page.keyboard.press('ArrowLeft')
    assert.ok(await dialog(page).getByRole('radio', { name: '25 people' }).isChecked())
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    assert.ok(await dialog(page).getByRole('radio', { name: 'As fast as this computer can' }).isChecked())
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Start sample')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Receiving changes from an invented Entra' }).waitFor()
    await page.getByRole('button', { name: 'Leave sample' }).focus()
    await page.keyboard.press('Enter')
    await band(page).waitFor({ state: 'detached' })
    assert.equal((await ask(page, 'Snapshot')).store, live.store)
  })

  it('plays the size and the speed that were chosen, and shows what a refusal looks like', async () => {
    await begin(false)
    const sent = {}
    for (const [size, speed, people] of [['25 people', 'slow', 25], ['200 people', 'fast', 200]]) {
      await openDialog()
      await dialog(page).getByText(size).click()
      await dialog(page).getByText(speed === 'slow' ? /Slow/ : 'As fast as this computer can').click()
      await dialog(page).getByRole('button', { name: 'Start sample' }).click()
      await band(page).waitFor()
      const played = await ask(page, 'SampleState')
      assert.deepEqual([played.people, played.speed], [people, speed])
      if (speed === 'slow') await page.waitForTimeout(3_000)
      else {
        await until(page, async () => (await ask(page, 'SampleState')).phase !== 'connect' && (await ask(page, 'Overview')).failures > 0, 'a refusal')
        const { total, deleted } = (await ask(page, 'Snapshot')).people
        assert.ok(total + deleted >= 0.9 * people && total < 2 * people, `${total} people`)
        await tileOf(page, 'Failures').click()
        await page.getByRole('row').filter({ hasText: 'uniqueness' }).first().click()
        await page.getByRole('button', { name: 'Show who has it' }).waitFor()
      }
      sent[speed] = (await ask(page, 'SampleState')).requests
      await leave()
      await visit(page, '#/overview')
    }
    assert.ok(sent.slow > 0 && sent.slow * 5 < sent.fast, `slow ${sent.slow}, fast ${sent.fast}`)
  })

  it('says in the band why it could not be left, and is left when tried again', async () => {
    await begin(false)
    await ask(page, 'StartSample', { people: 25, speed: 'slow' })
    await band(page).waitFor()
    await page.evaluate(() => (globalThis.broken = 'leave'))
    await page.getByRole('button', { name: 'Leave sample' }).click()
    await band(page).getByText('INTERNAL').waitFor()
    assert.notEqual((await ask(page, 'Snapshot')).store, live.store)
    await page.evaluate(() => (globalThis.broken = ''))
    await leave()
    assert.equal((await ask(page, 'Snapshot')).store, live.store)
  })

  it('says in the dialog why it could not start, and starts when tried again', async () => {
    await begin(false)
    await openDialog()
    await page.evaluate(() => (globalThis.broken = 'start'))
    await dialog(page).getByRole('button', { name: 'Start sample' }).click()
    await dialog(page).getByText('DB_FULL').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.broken = ''))
    await dialog(page).getByRole('button', { name: 'Start sample' }).click()
    await band(page).waitFor()
    await leave()
  })
})
