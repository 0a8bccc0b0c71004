// The diagnostics: read before they are saved, saved as they were read, without anybody's data.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, create, findings, launch, look, newToken, openPage, openWindow, refusal, until, visit } from './window.mjs'

const opener = (page) => page.getByRole('button', { name: 'Show diagnostics…' })
const dialog = (page) => page.getByRole('dialog', { name: 'Diagnostics' })
const text = (page) => dialog(page).getByRole('region', { name: /^Text of/ })
const focused = (at) => at.evaluate((el) => el === document.activeElement)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

it('are given also where the data folder can not be opened', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
  await mkdir(join(dir, 'data'))
  await writeFile(join(dir, 'data/scimdesk.db'), 'this is no database '.repeat(500))
  const window = await openWindow({ folder: dir })
  const page = await openPage(browser, window)
  await opener(page).click()
  await dialog(page).getByRole('button', { name: /^about.json/ }).click()
  await text(page).getByText('DB_CORRUPT').waitFor()
  await dialog(page).getByRole('button', { name: 'Save as ZIP' }).click()
  await dialog(page).getByText('3 files are saved.').waitFor()
  assert.deepEqual(await findings(page), [])
  await window.close()
})

describe('the diagnostics', { timeout: 180_000 }, () => {
  let window
  let page
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    secret = await newToken(page)
    const { address } = await ask(page, 'Snapshot')
    await create(address, secret, 'Zoltan Quibbleworth')
    await visit(page, '#/settings/diagnostics')
    await opener(page).click()
    await text(page).waitFor()
  })
  after(() => window.close())

  it('show each file, and nothing of anybody', async () => {
    const files = dialog(page).getByRole('list', { name: 'Files' }).getByRole('button')
    assert.equal(await files.count(), 9)
    let all = ''
    for (const file of await files.all()) {
      await file.click()
      assert.equal(await file.getAttribute('aria-current'), 'true')
      all += await text(page).textContent()
    }
    assert.match(all, /token rotated last_four=/)
    assert.match(all, /POST +\/scim\/v2\/Users/)
    assert.doesNotMatch(all, /quibble/i)
    assert.equal(all.includes(secret), false)
    assert.deepEqual(await findings(page), [])
  })

  it('are read and ticked by key alone', async () => {
    await dialog(page).getByRole('checkbox', { name: 'Save tokens.json too' }).focus()
    await page.keyboard.press('Space')
    assert.equal(await dialog(page).getByRole('checkbox', { name: 'Save tokens.json too' }).isChecked(), false)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog(page).getByRole('heading', { name: 'tokens.json' }).waitFor()
    await text(page).focus()
    assert.equal(await focused(text(page)), true)
    await page.keyboard.press('End')
    await until(page, () => text(page).evaluate((el) => el.scrollTop > 0), 'the text scrolled')
  })

  it('are saved as a ZIP of the files that are ticked', async () => {
    await dialog(page).getByRole('button', { name: 'Save as ZIP' }).click()
    await dialog(page).getByText('8 files are saved.').waitFor()
    const folder = join(window.dir, 'downloads')
    const found = (await readdir(folder)).filter((name) => name.endsWith('.zip'))
    assert.equal(found.length, 1)
    await dialog(page).getByText(found[0]).waitFor()
    assert.equal((await stat(join(folder, found[0]))).mode & 0o777, 0o600)
    const zip = await readFile(join(folder, found[0]), 'latin1')
    assert.equal(zip.includes('log.txt'), true)
    assert.equal(zip.includes('tokens.json'), false)
    await look(page, { width: 900, height: 600 })
    await dialog(page).getByRole('button', { name: 'Save as ZIP' }).click()
    await until(page, async () => (await readdir(folder)).filter((name) => name.endsWith('.zip')).length === 2, 'another ZIP')
    await until(page, () => dialog(page).getByRole('button', { name: 'Copy path' }).evaluate((el) => el.getBoundingClientRect().bottom < innerHeight), 'the path in view')
    await look(page, { width: 1280, height: 800 })
    assert.deepEqual(await findings(page), [])
  })

  it('fit dark, German and a page of 320 pixels', async () => {
    await ask(page, 'SavePreferences', 'dark', 'de')
    await page.reload()
    await page.getByRole('button', { name: 'Diagnosedaten anzeigen…' }).click()
    await page.getByRole('region', { name: 'Text von README.txt' }).waitFor()
    await look(page, { dark: true, width: 320, height: 640 })
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
    assert.equal(await page.getByRole('dialog').evaluate((el) => [...el.querySelectorAll('*')].every((e) => e.closest('pre') || e.getBoundingClientRect().right <= 321)), true, 'nothing is cut')
    await page.getByRole('button', { name: /^log.txt/ }).click()
    const log = page.getByRole('region', { name: 'Text von log.txt' })
    await until(page, () => log.evaluate((el) => el.getBoundingClientRect().top < innerHeight - 100), 'the text in view')
    await page.keyboard.press('Escape')
    await until(page, () => focused(page.getByRole('button', { name: 'Diagnosedaten anzeigen…' })), 'the focus where it was')
    await ask(page, 'SavePreferences', 'system', 'en')
  })

  it('say why they can not be gathered or saved, and are gathered when tried again', async () => {
    const broken = await openPage(browser, window, {
      broken: breakCalls({
        Diagnostics: `(real) => (globalThis.mended ? real() : ${refusal('CALL_TIMEOUT')})`,
        SaveDiagnostics: `(real, ...args) => (globalThis.refuses ? Promise.reject(new Error(JSON.stringify({ code: globalThis.refuses, message: '' }))) : real(...args))`,
      }),
    })
    await visit(broken, '#/settings')
    await opener(broken).click()
    await dialog(broken).getByText('CALL_TIMEOUT').waitFor()
    await broken.evaluate(() => (globalThis.mended = true))
    await dialog(broken).getByRole('button', { name: 'Try again' }).click()
    await text(broken).waitFor()
    await broken.evaluate(() => (globalThis.refuses = 'EXPORT_FAILED'))
    await dialog(broken).getByRole('button', { name: 'Save as ZIP' }).click()
    await dialog(broken).getByText('EXPORT_FAILED').waitFor()
    await broken.evaluate(() => (globalThis.refuses = 'PLAN_GONE'))
    await dialog(broken).getByRole('button', { name: 'Save as ZIP' }).click()
    await dialog(broken).getByText('PLAN_GONE').waitFor()
    await broken.evaluate(() => (globalThis.refuses = ''))
    await dialog(broken).getByRole('button', { name: 'Try again' }).click()
    await text(broken).waitFor()
    await dialog(broken).getByRole('button', { name: 'Save as ZIP' }).click()
    await dialog(broken).getByText('9 files are saved.').waitFor()
    assert.deepEqual(broken.faults, [])
    await broken.context().close()
  })
})
