// What stands still or was not made is said on the overview, with the way there, and at the job; and no more once it goes.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { breakCalls, create, findings, launch, look, newToken, openPage, openWindow, until, visit } from './window.mjs'

const job = {
  seq: 7, kind: 'convert', state: 'running', face: 'window', rule: 'email', file: '', made: '2026-03-02T08:00:00.000Z', ended: '', total: 40, done: 10, failed: 0, undone: 0, refused: 0,
  canUndo: false, code: 'DB_FULL', fault: 'Nothing can be saved.',
}
const handover = { at: '2026-03-02T02:00:00.000Z', code: 'EXPORT_FAILED', fault: "the file can't be written: the folder is gone" }

describe('what stands still', { timeout: 120_000 }, () => {
  let browser
  let window
  let page
  before(async () => {
    browser = await launch()
    window = await openWindow()
    page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: `async (real) => ({ ...(await real()), ...(globalThis.well ? {} : { job: ${JSON.stringify(job)}, handover: ${JSON.stringify(handover)} }) })`,
        Jobs: `async (real) => (globalThis.well ? real() : [${JSON.stringify(job)}])`,
        JobRows: 'async () => ({ total: 0, rows: [] })',
      }),
    })
    await page.getByRole('heading', { level: 1 }).waitFor()
    const { address } = await page.evaluate(() => globalThis.go.main.App.Snapshot())
    await create(address, await newToken(page), 'Ada Berg') // an empty folder shows the first steps instead
  })
  after(async () => {
    await browser.close()
    await window.close()
  })

  const needs = () => page.getByRole('region', { name: 'Needs attention' })

  it('is on the overview with why, and leads to the job and to the hand-overs', async () => {
    await needs().getByText('A conversion or an import stands still. It goes on by itself.').waitFor()
    await needs().getByText('The disk is full.').waitFor()
    await needs().getByText(/^A hand-over was due .* and could not be made$/).waitFor()
    await needs().getByText(handover.fault).waitFor()
    assert.deepEqual(await findings(page), [])
    await needs().getByRole('link', { name: 'Show the hand-overs' }).click()
    await page.getByRole('heading', { name: 'Hand-over', exact: true }).waitFor()
    await page.getByText('It stands still and goes on by itself: The disk is full.').waitFor()
    await visit(page, '#/overview')
    await needs().getByRole('link', { name: 'Show the job in the journal' }).click()
    const shown = page.getByRole('region', { name: 'Conversion of user IDs' })
    for (const part of ['Stands still', 'Stands still. It goes on by itself once this is over:', 'Free some space', '10 of 40.']) await shown.getByText(part, { exact: part === 'Stands still' }).first().waitFor()
    assert.deepEqual(await findings(page), [])
    await look(page, { width: 900, height: 600, dark: true })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 900)
    assert.deepEqual(await findings(page), [])
    await look(page, { width: 1280, height: 800 })
  })

  it('is not there any more once all goes', async () => {
    await page.evaluate(() => (globalThis.well = true))
    await newToken(page) // so that the page reads anew
    await visit(page, '#/overview')
    await until(page, async () => (await needs().getByText('stands still').count()) + (await needs().getByText('hand-over').count()) === 0, 'nothing stands still')
  })
})
