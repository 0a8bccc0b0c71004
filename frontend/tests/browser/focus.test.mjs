// Where the focus goes when what had it is gone, and what a screen reader is told: nobody is left standing on nothing.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fillOffice, stage } from './office.mjs'
import { ask, breakCalls, launch, openPage, openWindow, refusal, until, visit } from './window.mjs'

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent?.trim() || document.activeElement?.tagName)
const isOn = (page, what) => until(page, async () => (await focused(page)) === what, `the focus on ${what}`)

/** Writes down what is said from now on; the returned function gives it. */
async function listen(page) {
  await page.evaluate(() => {
    globalThis.said = { polite: [], assertive: [] }
    for (const how of ['polite', 'assertive']) {
      const region = document.querySelector(`.visually-hidden[aria-live=${how}]`)
      new MutationObserver(() => globalThis.said[how].push(region.textContent)).observe(region, { childList: true, subtree: true })
    }
  })
  return (how = 'polite') => page.evaluate((of) => globalThis.said[of], how)
}

describe('the focus', { timeout: 180_000 }, () => {
  const on = stage('#/overview')
  let office
  before(async () => (office = await fillOffice(on.page)))

  it('goes to the title of the page that a tile leads to, and back, and both are said', async () => {
    const { page } = on
    const said = await listen(page)
    await page.getByRole('link', { name: /^People/ }).focus()
    await page.keyboard.press('Enter')
    await isOn(page, 'People')
    await page.keyboard.press('Alt+ArrowLeft')
    await isOn(page, 'Overview')
    assert.deepEqual((await said()).filter((text) => ['People', 'Overview'].includes(text)), ['People', 'Overview'])
  })

  it('goes to the title by mouse as well', async () => {
    const { page } = on
    await page.getByRole('navigation').getByRole('button', { name: 'Groups' }).click()
    await isOn(page, 'Groups')
  })

  it('goes to the title when a button goes by being used', async () => {
    const { page } = on
    await visit(page, '#/people')
    await page.locator('#main [data-filter]').fill('nobody at all')
    const clear = page.getByText('Nothing found').locator('..').getByRole('button').or(page.locator('.empty').getByRole('button')).first()
    await clear.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Anna Berg').first().waitFor()
    await isOn(page, 'People')
  })

  it('stays in the panel when a button in it goes', async () => {
    const { page } = on
    await visit(page, `#/people/${office.dora.id}/profile`)
    const restore = page.locator('#main aside').getByRole('button', { name: 'Restore' })
    await restore.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Restore' }).press('Enter')
    await restore.waitFor({ state: 'detached' })
    await until(page, () => page.evaluate(() => document.activeElement?.closest('#main aside') !== null), 'the focus in the panel')
  })

  it('is on the title when a sample has begun, and when it was left', async () => {
    const { page } = on
    await visit(page, '#/groups')
    await page.getByRole('heading', { level: 1, name: 'Groups' }).focus()
    await ask(page, 'StartSample', { people: 10, speed: 'slow' })
    const leave = page.getByRole('button', { name: 'Leave sample' })
    await leave.waitFor()
    await isOn(page, 'Groups')
    await leave.focus()
    await page.keyboard.press('Enter')
    await leave.waitFor({ state: 'detached' })
    await isOn(page, 'Groups')
  })

  it('is in the dialog while one is open, so that its keys are heard whatever became of what had the focus', async () => {
    const { page } = on
    const dialog = page.getByRole('dialog', { name: 'Help' })
    for (const lose of [() => document.activeElement.blur(), () => document.activeElement.remove()]) {
      await page.keyboard.press('F1')
      await dialog.waitFor()
      await until(page, () => dialog.evaluate((el) => el.contains(document.activeElement)), 'the focus in the dialog')
      await page.evaluate(lose)
      await until(page, () => dialog.evaluate((el) => el.contains(document.activeElement)), 'the focus back in the dialog')
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
  })

  it('is left alone by somebody who pressed on nothing', async () => {
    const { page } = on
    await visit(page, '#/settings')
    await page.getByRole('radio', { name: 'As the system' }).focus()
    await page.locator('.product').click()
    const left = await page.evaluate(async () => {
      document.body.append(document.createElement('i'))
      for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame) // it would have moved by then
      return document.activeElement === document.body
    })
    assert.ok(left)
  })
})

describe('what is said', { timeout: 180_000 }, () => {
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

  it('is the loss of the connection, at once and once, and that it is back', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ Snapshot: `(real) => (globalThis.dead ? ${refusal('CALL_TIMEOUT')} : real())` }) })
    await page.locator('main h1').first().waitFor()
    const said = await listen(page)
    await page.evaluate(() => (globalThis.dead = true))
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('F5')
      await page.getByRole('main').getByText('has not answered since').waitFor()
    }
    await until(page, async () => (await said('assertive')).length > 0, 'the loss')
    const losses = await said('assertive')
    assert.equal(losses.length, 1)
    assert.match(losses[0], /has not answered since/)
    // At once, before the page tries again by itself.
    await page.getByRole('button', { name: 'Try again' }).first().focus()
    await page.evaluate(() => {
      globalThis.dead = false
      document.activeElement.click()
    })
    await until(page, async () => (await said()).includes('No token'), 'what holds now')
    await isOn(page, 'Overview')
    assert.equal((await said('assertive')).length, 1)
    await page.context().close()
  })

  it('is an error, politely where nobody asked and as an alert where somebody did', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ People: `() => ${refusal('DB_LOCKED')}`, RotateToken: `() => ${refusal('DB_FULL')}`, ExportFile: `() => ${refusal('EXPORT_FAILED')}` }),
    })
    await page.locator('main h1').first().waitFor()
    const said = await listen(page)
    await visit(page, '#/people')
    await page.getByRole('main').getByText('DB_LOCKED').waitFor()
    await until(page, async () => (await said()).some((text) => text.startsWith('Another program holds the database')), 'the error')
    assert.equal(await page.getByRole('alert').count(), 0)
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).last().click()
    await page.getByRole('alert').getByText('EXPORT_FAILED').waitFor()
    assert.deepEqual(await said('assertive'), [])
    await page.context().close()
  })

  it('is that something could not be copied, for two seconds', async () => {
    const page = await openPage(browser, window, { before: (fresh) => fresh.clock.install(), broken: breakCalls({ CopyText: `() => ${refusal('INTERNAL')}` }) })
    await visit(page, '#/connection')
    const copy = page.getByRole('main').getByRole('button', { name: /^Copy/ }).first()
    await copy.waitFor()
    const said = await listen(page)
    await page.clock.pauseAt(Date.now() + 60_000)
    await copy.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Could not copy' }).waitFor()
    assert.deepEqual((await said()).filter((text) => text === 'Could not copy'), ['Could not copy'])
    await page.clock.fastForward(1_900)
    assert.equal(await page.getByRole('button', { name: 'Could not copy' }).count(), 1)
    await page.clock.fastForward(200)
    await page.getByRole('button', { name: 'Could not copy' }).waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('can be put aside where nothing is lost by it, and the focus stays on the page', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: `async (real) => ({ ...(await real()), token: { exists: true, lastFour: 'k3Qz', created: '2026-01-01T00:00:00Z', lastUsed: '' }, lastVia: 'proxy', lastEntra: (globalThis.late ??= new Date(Date.now() - 3 * 3_600_000).toISOString()),
          listener: { serving: true, since: '2026-01-01T00:00:00Z', listen: '', code: '', message: '' } })`,
      }),
    })
    const dismiss = page.getByRole('button', { name: 'Put this message aside' })
    await dismiss.focus()
    await page.keyboard.press('Enter')
    await dismiss.waitFor({ state: 'detached' })
    await isOn(page, 'Overview')
    await visit(page, '#/people')
    assert.equal(await dismiss.count(), 0, 'it stays put aside on another page')
    await page.context().close()
  })
})
