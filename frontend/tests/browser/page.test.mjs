import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { breakCalls, daemon, launch, openPage, openWindow, rehearse } from './window.mjs'

const axeSource = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe finds against WCAG 2.2 A and AA. Tabster's focus sentinels are hidden and focusable by design. */
async function findings(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(() =>
    globalThis.axe.run({ exclude: [['[data-tabster-dummy]']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  )
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)
}

const grid = (page) => page.getByRole('grid')
const rowCount = async (page) => Number(await grid(page).getAttribute('aria-rowcount')) - 1
const scrollTop = (page) => grid(page).evaluate((el) => el.scrollTop)

/** Waits until the page says so; a test fails by its own time limit otherwise. */
async function until(page, holds, what) {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return
    await page.waitForTimeout(50)
  }
  assert.fail(`did not come: ${what}`)
}

/** Makes a new token by the button and gives its secret. */
async function newSecret(page) {
  await page.getByRole('button', { name: /Make token|Rotate token/ }).click()
  const secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
  await page.getByRole('button', { name: 'Close without copying' }).click()
  await page.getByRole('alertdialog').waitFor({ state: 'detached' })
  return secret
}

const probe = (address, secret) => fetch(`${address}/Users?count=1`, { headers: { Authorization: `Bearer ${secret}` } }).then((r) => r.status)

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the page', { timeout: 240_000 }, () => {
  let window
  let page
  let address
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    address = await page.locator('.address').textContent()
  })
  after(() => window.close())

  it('says that there is nothing yet, and what to do', async () => {
    await page.getByText('No requests yet').waitFor()
    await page.getByText('In Entra press Test Connection').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('rotates the token: the old one is refused at once, and the secret is shown only in its dialog', async () => {
    const first = await newSecret(page)
    assert.equal(await probe(address, first), 200)
    secret = await newSecret(page)
    assert.notEqual(secret, first)
    assert.equal(await probe(address, first), 401)
    assert.equal(await probe(address, secret), 200)
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
    assert.ok(!kept.includes(secret) && !kept.includes(first))
    await page.getByText(`ends in ${secret.slice(-4)}`).waitFor()
    assert.ok(!window.said().includes(secret))
  })

  it('keeps the secret on the screen until it was copied or given up', async () => {
    await page.getByRole('button', { name: 'Rotate token' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('The old token ended just now').waitFor()
    await page.keyboard.press('Escape')
    assert.ok(await dialog.isVisible())
    assert.deepEqual(await findings(page), [])
    secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
    await page.getByRole('button', { name: 'Copy token' }).click()
    await dialog.getByText('emptied after 60 seconds').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('empties the clipboard after a minute if it still holds the secret, and only then', async () => {
    const timed = await openPage(browser, window, { before: (p) => p.clock.install() })
    const clipboard = () => timed.evaluate(() => globalThis.runtime.ClipboardGetText())
    const copySecret = async () => {
      await timed.getByRole('button', { name: 'Rotate token' }).click()
      secret = await timed.getByRole('textbox', { name: 'New secret token' }).inputValue()
      await timed.getByRole('button', { name: 'Copy token' }).click()
      await timed.getByRole('button', { name: 'Done' }).click()
      assert.equal(await clipboard(), secret)
    }
    await copySecret()
    await timed.clock.runFor(59_000)
    assert.equal(await clipboard(), secret)
    await timed.clock.runFor(2_000)
    await timed.getByText('The token was removed from the clipboard.').waitFor({ state: 'attached' })
    assert.equal(await clipboard(), '')
    await copySecret()
    await timed.getByRole('button', { name: 'Copy Tenant URL' }).first().click()
    await until(timed, async () => (await clipboard()) === address, 'the copied address')
    await timed.clock.runFor(61_000)
    await timed.waitForTimeout(300)
    assert.equal(await clipboard(), address)
    await timed.context().close()
  })

  it('shows each request of a rehearsal as it arrives, in order, following the newest', async () => {
    let seen = 0
    const watching = (async () => {
      for (let i = 0; i < 400 && seen < 3; i++) {
        const before = await rowCount(page).catch(() => 0)
        await page.waitForTimeout(100)
        if ((await rowCount(page).catch(() => 0)) > before) seen++
      }
    })()
    await rehearse(window, address, secret, '--people', '200', '--groups', '12', '--cycles', '1')
    await watching
    assert.ok(seen >= 3, 'rows came while the rehearsal ran')
    // Reads are on disk a moment after they were answered, so the end of the log may still move.
    let last = 0
    const all = async () => {
      last = await page.evaluate(() => globalThis.go.main.App.Snapshot()).then((s) => s.activity.last)
      return last > 500 && (await rowCount(page)) === last
    }
    await until(page, all, 'all rows')
    await until(page, () => page.locator(`#request-${last}`).isVisible(), 'the newest row in view')
    const shown = await page.evaluate(() => globalThis.go.main.App.Snapshot())
    assert.ok(shown.people.total >= 150)
    await page.locator('.tile', { hasText: 'People' }).locator('.count', { hasText: shown.people.total.toLocaleString('en') }).waitFor()
    const bones = await page.locator('.grid .bone').count()
    assert.equal(bones, 0)
  })

  it('never moves the view when something is selected, counts what is new, and goes on with End', async () => {
    const newest = await rowCount(page)
    await page.locator(`#request-${newest - 3}`).click()
    await page.getByRole('complementary', { name: 'Request details' }).waitFor()
    const before = await scrollTop(page)
    for (let i = 0; i < 5; i++) await probe(address, secret)
    await page.getByRole('button', { name: /[5-9] new requests/ }).waitFor()
    assert.equal(await scrollTop(page), before)
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), `request-${newest - 3}`)
    await grid(page).focus()
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown')
    const lastRow = await page.locator('.grid-rows .row.selected').boundingBox()
    const pill = await page.getByRole('button', { name: /new requests/ }).boundingBox()
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), `request-${newest + 5}`)
    assert.ok(lastRow.y + lastRow.height <= pill.y, 'the pill hides the selected row')
    await grid(page).focus()
    await page.keyboard.press('End')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await until(page, async () => page.locator(`#request-${await rowCount(page)}`).isVisible(), 'the newest row in view')
  })

  it('turns follow off by scrolling, and only then', async () => {
    const follow = page.getByRole('button', { name: 'Follow' })
    await probe(address, secret)
    assert.equal(await follow.getAttribute('aria-pressed'), 'true')
    await page.setViewportSize({ width: 1280, height: 640 })
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.waitForTimeout(300)
    assert.equal(await follow.getAttribute('aria-pressed'), 'true')
    await grid(page).hover()
    await page.mouse.wheel(0, -200)
    await until(page, async () => (await follow.getAttribute('aria-pressed')) === 'false', 'follow off')
    await follow.click()
    await until(page, async () => page.locator(`#request-${await rowCount(page)}`).isVisible(), 'the newest row in view')
  })

  it('freezes when paused and says that receiving goes on', async () => {
    await grid(page).focus()
    await page.keyboard.press('p')
    await page.getByText('Receiving goes on').waitFor()
    const before = await rowCount(page)
    await probe(address, secret)
    await page.getByRole('button', { name: /1 new request/ }).waitFor()
    assert.equal(await rowCount(page), before)
    await page.keyboard.press('p')
    await until(page, async () => (await rowCount(page)) > before, 'the row that came meanwhile')
  })

  it('goes through the list by keyboard, to its very beginning', async () => {
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.locator('#request-1').waitFor()
    await page.keyboard.press('ArrowDown')
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), 'request-2')
    assert.equal(await page.locator('#request-2').getAttribute('aria-selected'), 'true')
    assert.equal(await page.locator('#request-2').getAttribute('aria-rowindex'), '3')
    await page.keyboard.press('PageDown')
    assert.match(await grid(page).getAttribute('aria-activedescendant'), /request-\d+/)
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'grid')
    await page.keyboard.press('Escape')
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), null)
  })

  it('shows why a request failed', async () => {
    await grid(page).focus()
    await page.keyboard.press('End')
    assert.equal(await probe(address, 'sdk_wrong'), 401)
    const row = page.locator('.grid-rows .row', { hasText: 'Failure 401' }).last()
    await row.click()
    await page.getByRole('complementary', { name: 'Request details' }).getByText('Why').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('End')
  })

  for (const dark of [false, true]) {
    it(`has nothing for axe to find, and nothing cut off, at 900 by 600 in ${dark ? 'dark' : 'light'}`, async () => {
      const small = await openPage(browser, window, { dark, width: 900, height: 600 })
      await small.locator('.grid-rows .row').first().waitFor()
      assert.deepEqual(await findings(small), [])
      const size = await small.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
      assert.deepEqual(size, [900, 600])
      await small.context().close()
    })
  }

  it('speaks German', async () => {
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
    await page.getByRole('heading', { name: 'Anfragen' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
  })
})

describe('a page whose calls fail', { timeout: 120_000 }, () => {
  let window
  before(async () => (window = await openWindow()))
  after(() => window.close())

  it('keeps what it shows when the backend stops answering, and says so', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Snapshot: "(real) => globalThis.dead ? Promise.reject(new Error('{\"code\":\"CALL_TIMEOUT\",\"message\":\"\"}')) : real()" }),
    })
    const address = await page.locator('.address').textContent()
    await page.evaluate(() => (globalThis.dead = true))
    await probe(address, 'sdk_none')
    await page.getByText('has not answered since').waitFor()
    assert.equal(await page.locator('.address').textContent(), address)
    assert.equal(await page.locator('.status.good').count(), 0, 'what is not known is never green')
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.dead = false))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('has not answered since').waitFor({ state: 'detached' })
  })

  it('names the reason when rows can not be read, and reads them when tried again', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Activity: "(real, q) => globalThis.sick === false ? real(q) : Promise.reject(new Error('{\"code\":\"DB_LOCKED\",\"message\":\"\"}'))" }),
    })
    await page.getByText('Another program holds the database').waitFor()
    await page.getByText('DB_LOCKED').waitFor()
    await page.evaluate(() => (globalThis.sick = false))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.grid-rows .row', { hasText: '401' }).first().waitFor()
  })

  it('scrolls through a million rows and keeps few of them', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: 'async (real) => ({ ...(await real()), activity: { first: 1, last: 1000000 } })',
        Activity: `async (real, q) => ({ ...(await real(q)), head: { first: 1, last: 1000000 }, rows: Array.from({ length: q.limit }, (_, i) => ({
          seq: Math.max(0, q.after) + 1 + i, requestId: 'r', at: '2026-03-01T10:00:00.000Z', took: 3, method: 'PATCH', target: '/scim/v2/Users/1', status: 200,
          action: 'update', type: 'User', id: '1', identity: 'Row ' + (Math.max(0, q.after) + 1 + i), scimType: '', detail: '', remote: '', userAgent: '' })) })`,
      }),
    })
    await page.locator('#request-1000000', { hasText: 'Row 1000000' }).waitFor()
    for (const part of [0, 0.25, 0.5, 0.999]) {
      await grid(page).evaluate((el, part) => (el.scrollTop = (el.scrollHeight - el.clientHeight) * part), part)
      await until(page, async () => (await page.locator('.grid .bone').count()) === 0 && (await page.locator('.grid-rows .row').count()) > 5, `rows at ${part}`)
      const [id, text] = await page.locator('.grid-rows .row').nth(10).evaluate((el) => [el.id, el.textContent])
      assert.ok(text.includes(`Row ${id.replace('request-', '')}`), text)
    }
    assert.ok((await page.locator('.grid-rows .row').count()) < 60)
  })
})

describe('a window whose folder is taken', { timeout: 60_000 }, () => {
  it('opens all the same, says what to do, and goes on when it is free', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
    const end = await daemon(dir)
    const window = await openWindow({ folder: dir })
    const page = await openPage(browser, window)
    await page.getByText('Another ScimDesk has this data folder open').waitFor()
    assert.deepEqual(await findings(page), [])
    await end()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('No requests yet').waitFor()
    assert.equal(await window.close(), 0)
  })
})
