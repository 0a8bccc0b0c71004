// The page Settings: what holds at once, what is saved, and what is refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, findings, launch, look, openPage, openWindow, until, visit } from './window.mjs'

/** A port that somebody else has, until it is let go. */
async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, free: () => new Promise((done) => server.close(done)) }
}

async function freePort() {
  const { port, free } = await takenPort()
  await free()
  return port
}

const section = (page, name) => page.getByRole('region', { name })
const address = (page) => page.getByRole('textbox', { name: 'Host and port' })
const requestDays = (page) => page.getByRole('textbox', { name: 'Requests' })
const deletedDays = (page) => page.getByRole('textbox', { name: 'Deleted people and groups' })
/** The button that saves a section; it is there, as Saving, until that is done. */
const save = (page, name) => section(page, name).getByRole('button', { name: /^Sav(e|ing)$/ })
const answers = (port) => fetch(`http://127.0.0.1:${port}/scim/v2/Users`).then((r) => r.status, () => 0)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the settings', { timeout: 240_000 }, () => {
  let window
  let page
  let port
  let dir
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
    port = await freePort()
    await mkdir(join(dir, 'data'))
    await writeFile(join(dir, 'data/config.json'), JSON.stringify({ version: 1, listen: `127.0.0.1:${port}`, requestDays: 90, deletedDays: 0 }))
    window = await openWindow({ folder: dir, listen: '' })
    page = await openPage(browser, window)
    await visit(page, '#/settings')
    await requestDays(page).waitFor()
  })
  after(() => window.close())

  const kept = async () => JSON.parse(await readFile(join(dir, 'data/config.json'), 'utf8'))

  it('have nothing for axe to find, in both themes and sizes', async () => {
    assert.deepEqual(await findings(page), [])
    await look(page, { dark: true, width: 900, height: 600 })
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 900)
    await look(page, { width: 1280, height: 800 })
  })

  it('change theme and language at once, by mouse and by key, and keep them', async () => {
    await page.getByRole('radio', { name: 'Dark' }).click()
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('#root > .app')).colorScheme), 'dark')
    await page.getByRole('radio', { name: 'English' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
    await until(page, async () => (await ask(page, 'Preferences')).language === 'de', 'the language kept')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
    await until(page, () => page.getByRole('radio', { name: 'Dunkel' }).isChecked(), 'the theme kept')
    await page.getByRole('radio', { name: 'English' }).click()
    await page.getByRole('radio', { name: 'As the system' }).click()
    await until(page, async () => JSON.stringify(await ask(page, 'Preferences'), ['theme', 'language']) === '{"theme":"system","language":"en"}', 'both kept as they were')
  })

  it('send no address that is none, and say what is wanted', async () => {
    await address(page).fill('127.0.0.1')
    await page.getByText('Write host and port').waitFor()
    await save(page, 'Listen address').click()
    await until(page, () => address(page).evaluate((el) => el === document.activeElement && el.getAttribute('aria-invalid') === 'true'), 'the focus in the field')
    assert.equal((await kept()).listen, `127.0.0.1:${port}`)
    await section(page, 'Listen address').getByRole('button', { name: 'Discard' }).click()
    assert.equal(await address(page).inputValue(), `127.0.0.1:${port}`)
  })

  it('refuse an address that is taken or that others could reach, and go on at the old one', async () => {
    const taken = await takenPort()
    await address(page).fill(`127.0.0.1:${taken.port}`)
    await page.keyboard.press('Enter')
    await page.getByText('Another program uses this port').waitFor()
    await until(page, () => address(page).evaluate((el) => el === document.activeElement && el.getAttribute('aria-invalid') === 'true'), 'the focus in the field')
    assert.deepEqual(await findings(page), [])
    await taken.free()
    await address(page).fill('0.0.0.0:8088')
    await save(page, 'Listen address').click()
    await page.getByText('Other computers could reach this address').waitFor()
    assert.equal(await answers(port), 401)
    assert.equal((await kept()).listen, `127.0.0.1:${port}`)
  })

  it('change over to another address', async () => {
    const next = await freePort()
    await address(page).fill(`127.0.0.1:${next}`)
    await save(page, 'Listen address').click()
    await save(page, 'Listen address').waitFor({ state: 'detached' })
    await section(page, 'Listen address').getByText('Saved.').waitFor()
    await section(page, 'Listen address').getByText('must be changed too').waitFor()
    assert.equal(await answers(next), 401)
    await until(page, async () => (await answers(port)) === 0, 'the old address closed')
    assert.equal((await kept()).listen, `127.0.0.1:${next}`)
  })

  it('keep what was typed while another page is in view', async () => {
    await requestDays(page).fill('30')
    await visit(page, '#/people')
    await visit(page, '#/settings')
    await requestDays(page).waitFor()
    assert.equal(await requestDays(page).inputValue(), '30')
    await section(page, 'What is kept').getByText('Not saved yet').waitFor()
    assert.equal((await kept()).requestDays, 90)
  })

  it('ask before anything is removed, and say what', async () => {
    await deletedDays(page).fill('365')
    await save(page, 'What is kept').click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('are removed from the log at once').waitFor()
    await dialog.getByText("They can't be restored any more").waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.equal((await kept()).requestDays, 90)
    await requestDays(page).press('Enter')
    await dialog.getByRole('button', { name: 'Save and remove' }).click()
    await save(page, 'What is kept').waitFor({ state: 'detached' })
    const { requestDays: requests, deletedDays: deleted } = await kept()
    assert.deepEqual([requests, deleted], [30, 365])
    await requestDays(page).fill('60')
    await requestDays(page).press('Enter')
    await save(page, 'What is kept').waitFor({ state: 'detached' })
    assert.equal((await kept()).requestDays, 60, 'saved without asking')
  })

  it('send no days that are none', async () => {
    await requestDays(page).fill('ten')
    await page.getByText('Write a whole number').waitFor()
    await save(page, 'What is kept').click()
    await until(page, () => requestDays(page).evaluate((el) => el === document.activeElement), 'the focus in the field')
    assert.equal((await kept()).requestDays, 60)
    await section(page, 'What is kept').getByRole('button', { name: 'Discard' }).click()
  })

  it('are of the own data while a sample is shown, and can be changed after it', async () => {
    await ask(page, 'StartSample', { people: 10, speed: 'slow' })
    await page.getByText('The settings below are of your own data').waitFor()
    assert.equal(await address(page).isDisabled(), true)
    assert.equal(await requestDays(page).inputValue(), '60')
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Leave sample' }).click()
    await page.getByText('The settings below are of your own data').waitFor({ state: 'detached' })
    await until(page, () => address(page).isEnabled(), 'the fields open again')
  })
})

describe('settings that can not be read or changed', { timeout: 120_000 }, () => {
  let window
  before(async () => (window = await openWindow()))
  after(() => window.close())

  it('say why, and are read when tried again', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Settings: `(real) => (globalThis.mended ? real() : Promise.reject(new Error('{"code":"DB_LOCKED","message":""}')))` }),
    })
    await visit(page, '#/settings')
    await page.getByRole('main').getByText('Another program holds the database').waitFor()
    await page.getByRole('radio', { name: 'Dark' }).waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    // It may have been read again by itself, and the button be gone.
    await page.getByRole('button', { name: 'Try again' }).click({ timeout: 2000 }).catch(() => {})
    await requestDays(page).waitFor()
    await page.context().close()
  })

  it('name who decides where a flag does', async () => {
    const page = await openPage(browser, window)
    await visit(page, '#/settings')
    await page.getByText('The address was given when ScimDesk was started').waitFor()
    assert.equal(await address(page).getAttribute('readonly'), '')
    await page.getByText('The folder was given when ScimDesk was started').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Use another folder…' }).getAttribute('aria-disabled'), 'true')
    await page.context().close()
  })

  it('say that the look holds only for now when it could not be kept', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ SavePreferences: `() => Promise.reject(new Error('{"code":"NO_PERMISSION","message":""}'))` }),
    })
    await visit(page, '#/settings')
    await page.getByRole('radio', { name: 'Dark' }).click()
    await page.getByText('could not be kept for the next start').waitFor()
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('#root > .app')).colorScheme), 'dark')
    await page.context().close()
  })
})
