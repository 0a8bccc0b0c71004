// Lists of anything are looked up: in their order, with their columns, and without ever writing.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, findings, launch, look, openPage, openWindow, refusal, seed, settled, until, visit } from './window.mjs'

const main = (page) => page.locator('#main')
const button = (page, name) => main(page).getByRole('button', { name })
const grid = (page) => page.getByRole('grid', { name: 'Lines of the list' })
const row = (page, text) => page.locator('#main .grid-rows .row').filter({ hasText: text })
const lines = (page) => page.locator('#main .grid-rows .row').evaluateAll((rows) => rows.map((one) => [...one.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent)))
const count = (page, n) => until(page, async () => (await grid(page).getAttribute('aria-rowcount')) === String(n + 1), `${n} lines`)
const strip = (page) => page.getByRole('region', { name: 'The chosen line' })
const clipboard = (page) => page.evaluate(() => globalThis.runtime.ClipboardGetText())
const head = async (page) => (await ask(page, 'Snapshot')).activity.last

const list = ['name;who;floor', 'first;anna.berg@contoso.example;1', 'second;A.BERG;2', 'third;nobody@contoso.example;"2; left"', 'fourth;Eva Same;3', 'fifth;a.berg;4', 'sixth;;5', 'seventh;70004;6', ''].join('\n')

describe('looking people up', { timeout: 90_000 }, () => {
  let browser
  let window
  let page
  before(async () => {
    browser = await launch()
    window = await openWindow({ folder: await seed(3, 1, '-old', '20') })
    page = await openPage(browser, window)
    await visit(page, '#/tools/lookup')
  })
  after(async () => {
    await browser?.close()
    await window?.close()
  })

  it('says what to give, and that it changes nothing', async () => {
    await page.getByText('Nothing looked up yet').waitFor()
    await page.getByText('Looking up never changes anything.').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('takes a file and gives every line in its order', async () => {
    const before = await head(page)
    await page.locator('input[type=file]').setInputFiles({ name: 'floors.csv', mimeType: 'text/csv', buffer: Buffer.from(list) })
    await row(page, '70004').waitFor()
    await until(page, () => page.evaluate(() => document.activeElement.textContent === 'Result'), 'the focus on the result')
    assert.deepEqual(await lines(page), [
      ['1', 'anna.berg@contoso.example', 'Several', '2 people', '2 people'],
      ['2', 'A.BERG', 'Found, spelled otherwise', 'a.berg', 'anna.berg@contoso.example'],
      ['3', 'nobody@contoso.example', 'Not found', '–', '–'],
      ['4', 'Eva Same', 'Found', 'eva.same@contoso.example', 'eva.same@contoso.example'],
      ['5', 'a.berg', 'Twice in the list', 'a.berg', 'anna.berg@contoso.example'],
      ['6', '', 'Empty line', '–', '–'],
      ['7', '70004', 'Found', 'c.ash', 'dan.oak@contoso.example'],
    ])
    assert.equal(await head(page), before)
    assert.deepEqual(await findings(page), [])
  })

  it('lets somebody choose among several', async () => {
    await button(page, /^Several/).click()
    await count(page, 1)
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await strip(page).getByRole('radio', { name: /Anton Berg/ }).click()
    await row(page, 'an.berg').waitFor()
    await settled(page)
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await strip(page).waitFor({ state: 'detached' })
    await button(page, /^All/).click()
    await count(page, 7)
  })

  it('copies a column, and saves the list with what was found behind its own columns', async () => {
    await page.getByRole('checkbox', { name: 'Local ID' }).check()
    await button(page, 'Copy column').click()
    await page.getByRole('menuitem', { name: 'Local ID' }).click()
    await until(page, async () => (await clipboard(page)).split('\n').filter((line) => line.trim() !== '').length === 5, 'the copied column')
    assert.deepEqual((await clipboard(page)).split('\n').slice(0, 7).map((line) => line.trim()), ['70001', '70000', '', '70006', '70000', '', '70004'])
    await button(page, 'Save list').click()
    const dialog = page.getByRole('dialog', { name: 'Save list' })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('7 rows saved').waitFor()
    const saved = (await readFile(await dialog.locator('.mono').textContent(), 'utf8')).replace('\uFEFF', '').trim().split(/\r?\n/)
    assert.match(saved[0], /name.who.floor/)
    assert.match(saved[1], /^first.anna\.berg@contoso\.example.1.*an\.berg/)
    assert.match(saved[3], /2; left/)
    assert.equal(saved.length, 8)
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('reads another column, and as what it is told', async () => {
    await page.getByRole('combobox', { name: 'Column with the values' }).click()
    await page.getByRole('option', { name: 'floor' }).click()
    await row(page, 'left').waitFor()
    await page.getByRole('combobox', { name: 'Column with the values' }).click()
    await page.getByRole('option', { name: 'who' }).click()
    await row(page, '70004').getByText('c.ash').waitFor()
    await page.getByRole('combobox', { name: 'What stands in it' }).click()
    await page.getByRole('option', { name: 'User ID', exact: true }).click()
    await row(page, '70004').getByText('Not found').waitFor()
    await row(page, /A\.BERG/).getByText('70000').waitFor()
    await page.getByRole('combobox', { name: 'What stands in it' }).click()
    await page.getByRole('option', { name: 'Find out', exact: true }).click()
    await row(page, '70004').getByText('c.ash').waitFor()
  })

  it('takes what is pasted or dropped, one after the other, by keys alone', async () => {
    await button(page, 'Take the file away').click()
    await page.getByText('Nothing looked up yet').waitFor()
    await button(page, 'paste text').focus()
    await page.keyboard.press('Enter')
    await until(page, () => page.evaluate(() => document.activeElement.tagName === 'TEXTAREA'), 'the focus in the field')
    await page.keyboard.type('c.ash')
    await page.keyboard.press('Control+Enter')
    await row(page, 'c.ash').getByText('dan.oak@contoso.example').waitFor()
    await button(page, 'Take the file away').click()
    const dropped = await page.evaluateHandle(() => {
      const data = new DataTransfer()
      data.items.add(new File(['b.roe\nbob.roe@contoso.example\n'], 'two.txt'))
      return data
    })
    await page.locator('.file-drop').dispatchEvent('drop', { dataTransfer: dropped })
    await count(page, 2)
    const large = await page.evaluateHandle(() => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(64 * 2 ** 20 + 1)], 'large.csv'))
      return data
    })
    await button(page, 'Take the file away').click()
    await page.locator('.file-drop').dispatchEvent('drop', { dataTransfer: large })
    await page.getByRole('alert').getByText('At most 64 MiB can be read at once').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('stays whole in the small window and in the dark', async () => {
    await page.locator('input[type=file]').setInputFiles({ name: `${'a long name '.repeat(8)}.csv`, mimeType: 'text/csv', buffer: Buffer.from(list) })
    await row(page, '70004').waitFor()
    await look(page, { width: 900, height: 600, dark: true })
    await row(page, /A\.BERG/).click()
    await strip(page).getByRole('link', { name: 'Anna Berg' }).waitFor()
    await settled(page)
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false)
    await button(page, 'List and columns').click()
    await page.getByRole('checkbox', { name: 'SCIM ID' }).check()
    await button(page, 'Show the result').click()
    await page.getByRole('columnheader', { name: 'SCIM ID' }).or(page.getByText('has no room here')).waitFor()
    assert.deepEqual(page.faults, [])
  })

  it('says what went wrong, and tries again', async () => {
    const other = await openPage(browser, window, {
      broken: breakCalls({
        PutUpload: `(real, part) => (globalThis.sent ? real(part) : ${refusal('BAD_FILE')})`,
        LookUp: `(real, request) => (globalThis.mended ? real(request) : ${refusal('DB_LOCKED')})`,
      }),
    })
    await visit(other, '#/tools/lookup')
    const give = () => other.locator('input[type=file]').setInputFiles({ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('c.ash\n') })
    await give()
    await other.getByRole('alert').getByText('The file can\'t be used as it is.').waitFor()
    await other.evaluate(() => (globalThis.sent = true))
    await button(other, 'Take the file away').click()
    await give()
    await main(other).getByText('DB_LOCKED').waitFor()
    assert.deepEqual(await findings(other), [])
    await other.evaluate(() => (globalThis.mended = true))
    await button(other, 'Try again').click()
    await row(other, 'c.ash').getByText('dan.oak@contoso.example').waitFor()
    await other.context().close()
  })
})
