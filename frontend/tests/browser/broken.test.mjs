// What is left of the window when a part of it breaks, or is not answered.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { again, breakCalls, findings, launch, newToken, openPage, openWindow, refusal, until, visit } from './window.mjs'

const nav = (page, name) => page.getByRole('navigation').getByRole('button', { name })
const broke = (page) => page.getByRole('heading', { level: 1, name: 'This part of the window broke' })

describe('a window that breaks', { timeout: 120_000 }, () => {
  let browser
  let window
  before(async () => {
    browser = await launch()
    window = await openWindow()
  })
  after(async () => {
    await browser.close()
    await window.close()
  })

  it('keeps what is around a page that can not be drawn, and draws it when it can', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Folder: "(real) => (globalThis.mended ? real() : Promise.resolve({ folder: {}, by: '' }))",
        CopyText: 'async (real, text) => { globalThis.copied = text }',
      }),
    })
    await nav(page, 'Settings').click()
    await broke(page).waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByText('INTERNAL').waitFor()
    await page.getByRole('button', { name: 'Copy details' }).click()
    assert.match(await page.evaluate(() => globalThis.copied), /^INTERNAL: Error/)
    await nav(page, 'People').click()
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    await nav(page, 'Settings').click()
    await broke(page).waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await until(page, () => page.evaluate(() => document.activeElement?.id === 'page-title'), 'the focus on the title')
    await page.context().close()
  })

  it('can be loaded anew when nothing of it can be drawn', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Snapshot: `async (real) => ({ ...(await real()), ...(sessionStorage.getItem('again') ? {} : { people: null }) })` }),
    })
    await broke(page).waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await broke(page).waitFor()
    await page.evaluate(() => sessionStorage.setItem('again', '1'))
    await page.getByRole('button', { name: 'Load the window anew' }).click()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.context().close()
  })

  it('says so after twelve seconds when a call is never answered', async () => {
    const page = await openPage(browser, window, {
      before: (fresh) => fresh.clock.install(),
      broken: breakCalls({ People: '(real, q) => (globalThis.mended ? real(q) : new Promise(() => {}))' }),
    })
    await visit(page, '#/people')
    await page.locator('main .bone').first().waitFor({ state: 'attached' })
    assert.equal(await page.getByText('CALL_TIMEOUT').count(), 0)
    await page.clock.fastForward(12_500)
    await page.getByRole('main').getByText('CALL_TIMEOUT').first().waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    await again(page, page.getByRole('main'))
    await page.getByText('CALL_TIMEOUT').first().waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('goes on opening while an update of the database takes longer than a call may', async () => {
    const page = await openPage(browser, window, {
      before: (fresh) => fresh.clock.install(),
      broken: breakCalls({ Watch: `(real) => (globalThis.mended ? real() : ${refusal('CALL_TIMEOUT')})` }),
    })
    await page.getByText('Still opening').waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    await page.clock.fastForward(6_000)
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.context().close()
  })

  it('opens the very dialog that the palette names', async () => {
    const page = await openPage(browser, window)
    await page.locator('main h1').first().waitFor()
    await newToken(page)
    const choose = async (text, name) => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type(text)
      await page.getByRole('option', { name }).click()
    }
    for (const [text, name, title, to] of [
      ['rotate', 'Rotate token', 'Rotate', '#/connection'], ['export pe', 'Export people', 'Export', '#/people'], ['export gr', 'Export groups', 'Export', '#/groups'],
    ]) {
      for (let twice = 0; twice < 2; twice++) {
        await choose(text, name)
        await page.getByRole(text === 'rotate' ? 'alertdialog' : 'dialog', { name: title }).waitFor()
        assert.equal(await page.evaluate(() => location.hash), to)
        await until(page, () => page.evaluate(() => document.activeElement.closest('[aria-modal=true]') !== null), 'the focus in it')
        if (text === 'rotate' && twice === 0) await page.getByRole('button', { name: 'Close without copying' }).click()
        else await page.keyboard.press('Escape')
        await page.locator('[aria-modal=true]').waitFor({ state: 'detached' })
      }
    }
    await page.context().close()
  })
})
