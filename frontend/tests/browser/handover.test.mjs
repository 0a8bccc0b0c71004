// The tab Hand-over: what the next one holds, making it, its receipt, its settings, and what is said where something fails.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { again, ask, breakCalls, findings, launch, look, openPage, openWindow, seed, until, visit } from './window.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

const button = (page, name) => page.getByRole('button', { name, exact: true })
const main = (page) => page.getByRole('region', { name: 'What is chosen' })
const item = (page, name) => page.locator('.job-item').filter({ hasText: name })

describe('the hand-over', { timeout: 120_000 }, () => {
  let window
  let page
  let folder
  before(async () => {
    window = await openWindow({ folder: await seed(12, 3) })
    folder = join(window.dir, 'to-hr')
    await mkdir(folder)
    page = await openPage(browser, window, { broken: breakCalls({ ChooseFolder: `async () => ${JSON.stringify(folder)}` }) })
    await visit(page, '#/tools/handover')
    await page.getByRole('grid').waitFor()
  })
  after(() => window.close())

  it('lists whom the next one tells of, with nothing for axe to find in both themes and sizes', async () => {
    await until(page, async () => (await page.getByRole('grid').getAttribute('aria-rowcount')) === '13', 'twelve people and the header')
    await main(page).getByRole('button', { name: /^Joins 12/ }).waitFor()
    assert.deepEqual(await findings(page), [])
    await look(page, { width: 900, height: 600, dark: true })
    await page.getByRole('heading', { name: 'Hand-over', exact: true }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 900)
    await item(page, 'Settings').click()
    await page.getByRole('textbox', { name: 'Header of column 1', exact: true }).first().waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 900)
    await button(page, 'Hand-overs').click()
    await look(page, { width: 1280, height: 800 })
  })

  it('changes columns by their buttons, says what is wrong, and saves', async () => {
    await item(page, 'Settings').click()
    const header = (n) => page.getByRole('textbox', { name: `Header of column ${n}`, exact: true }).first()
    await header(2).fill('Personnel number')
    await button(page, 'Move Personnel number up').click()
    await until(page, async () => (await header(1).inputValue()) === 'Personnel number', 'the column moved')
    await header(2).fill('personnel number')
    await until(page, async () => (await page.getByRole('alert').filter({ hasText: 'Another column has this header' }).count()) === 2, 'both told')
    assert.equal(await button(page, 'Save').getAttribute('aria-disabled'), 'true')
    await header(2).fill('Do')
    await main(page).getByRole('button', { name: /Choose/ }).click()
    await main(page).getByText(folder).waitFor()
    await button(page, 'Save').click()
    await until(page, async () => (await ask(page, 'Handover')).settings.folder === folder, 'the settings kept')
    assert.deepEqual((await ask(page, 'Handover')).settings.people.slice(0, 2).map((c) => c.header), ['Personnel number', 'Do'])
    await button(page, 'Save').waitFor({ state: 'detached' })
  })

  it('makes one into the folder, and takes its receipt with keys', async () => {
    await button(page, 'Hand over now').click()
    await main(page).getByText('Hand-over 1 is made.').waitFor()
    assert.deepEqual((await readdir(folder)).filter((name) => name.endsWith('people.csv')), ['scimdesk-0001-people.csv'])
    const [head, first] = (await readFile(join(folder, 'scimdesk-0001-people.csv'), 'utf8')).split('\r\n')
    assert.match(head, /^\uFEFFPersonnel number,Do,userName/)
    assert.match(first, /^,join,/)
    await item(page, 'Hand-over 1').click()
    await button(page, 'Give receipt').click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('textbox', { name: 'What it says' }).fill('taken in by Ida')
    const userName = first.split(',')[2]
    await dialog.locator('input[type=file]').setInputFiles({ name: 'keys.csv', mimeType: 'text/csv', buffer: Buffer.from(`userName,localId\n${userName},4711\n`) })
    await dialog.getByText('keys.csv').waitFor()
    assert.deepEqual(await findings(page), [])
    await dialog.getByRole('button', { name: 'Note receipt' }).click()
    await main(page).getByText('taken in by Ida').waitFor()
    await until(page, async () => (await ask(page, 'Handover')).noKey === 11, 'the key set')
    assert.deepEqual(await findings(page), [])
  })

  it('makes none where nothing has changed, and one again byte for byte', async () => {
    await button(page, 'Hand over now').click()
    await main(page).getByText('Nothing has changed since the last hand-over, so none was made.').waitFor()
    await button(page, 'Make again').click()
    await main(page).getByText('The files of hand-over 1 are there again.').waitFor()
    assert.deepEqual((await readdir(folder)).filter((name) => name.includes('0002')), [])
    await item(page, 'The next one').click()
    await page.getByRole('heading', { name: 'Nothing has changed' }).waitFor()
  })

  it('leads to the people without a key', async () => {
    await button(page, 'Show them').click()
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    assert.deepEqual(page.faults, [])
  })

  it('says that it can not be read, and what failed', async () => {
    const broken = await openPage(browser, window, {
      broken: breakCalls({
        Handover: `async (real) => { if (!globalThis.works) throw new Error(JSON.stringify({ code: 'DB_LOCKED', message: '' })); return real() }`,
        HandOver: `async () => { throw new Error(JSON.stringify({ code: 'EXPORT_FAILED', message: 'no such folder' })) }`,
      }),
    })
    await visit(broken, '#/tools/handover')
    await broken.getByText('DB_LOCKED').waitFor()
    await broken.evaluate(() => (globalThis.works = true))
    await again(broken)
    await button(broken, 'Hand over now').click()
    await broken.getByText('no such folder').waitFor()
    await broken.context().close()
  })

  it('speaks German', async () => {
    await page.evaluate(() => globalThis.go.main.App.SavePreferences('system', 'de'))
    await page.reload()
    await visit(page, '#/tools/handover/settings')
    await page.getByRole('heading', { name: 'Übergabe', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Jetzt übergeben' }).waitFor()
    await page.getByRole('heading', { name: 'Spalten der Personen' }).waitFor()
    assert.deepEqual(await findings(page), [])
  })
})
