// Every place, empty, with 200 and with 100,000 people, in each theme and size: nothing for axe to find, nothing cut off or
// sticking out, no fault in the page's own code; and with so many people nothing that keeps somebody waiting.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { places, playTunnel, showTunnel, tunnelStates } from './places.mjs'
import { ask, findings, launch, look, newToken, openPage, openWindow, rehearse, seed, settled, until, visit } from './window.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** What sticks out of the window or makes it scroll sideways. */
const stickingOut = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['the page scrolls sideways'] : []
    const tall = document.documentElement.scrollHeight > document.documentElement.clientHeight ? ['the window scrolls as a whole'] : []
    const out = [...document.querySelectorAll('button, input, a[href], [role=tab]')]
      .filter((el) => el.checkVisibility({ visibilityProperty: true }) && !el.closest('.visually-hidden, [data-tabster-dummy], [role=grid], .skip'))
      .filter((el) => {
        const box = el.getBoundingClientRect()
        return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)
      })
      .map((el) => `${el.tagName} ${el.textContent || el.getAttribute('aria-label')}`)
    return [...wide, ...tall, ...out]
  })

/** Every place of a window in one look. */
async function lookAtAll(window, look, { clear = true } = {}) {
  const page = await openPage(browser, window, look)
  await page.locator('main h1').first().waitFor()
  for (const [name, hash] of await places(page)) {
    await visit(page, hash)
    await page.locator('.bone, .late').first().waitFor({ state: 'detached', timeout: 60_000 }) // some count all 100,000 people
    if (clear) assert.deepEqual(await findings(page), [], name)
    assert.deepEqual(await stickingOut(page), [], name)
  }
  assert.deepEqual(page.faults, [])
  await page.context().close()
}

const looks = [false, true].flatMap((dark) => [[1280, 800], [900, 600]].map(([width, height]) => ({ dark, width, height })))
const nameOf = ({ dark, width, height }) => `${dark ? 'dark' : 'light'}, ${width}x${height}`

describe('with nobody', { timeout: 200_000 }, () => {
  let window
  before(async () => (window = await openWindow()))
  after(() => window?.close())
  for (const look of [looks[0], looks[3]]) it(`every place is whole and clear, ${nameOf(look)}`, () => lookAtAll(window, look))

  it('every step of the guide is whole and clear, and has room in 320 pixels', async () => {
    const page = await openPage(browser, window, looks[3])
    for (const { id } of (await ask(page, 'Guide')).steps) {
      await visit(page, `#/setup/${id}`)
      await settled(page)
      assert.deepEqual(await findings(page), [], id)
      for (const width of [900, 320]) {
        await page.setViewportSize({ width, height: 600 })
        assert.deepEqual(await stickingOut(page), [], id)
      }
      await page.setViewportSize({ width: 900, height: 600 })
    }
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
})

describe('with a tunnel', { timeout: 100_000 }, () => {
  let window
  let page
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window, { broken: playTunnel })
  })
  after(() => window?.close())

  for (const [name, state] of Object.entries(tunnelStates)) {
    it(`the connection is whole and clear when that is ${name}, and what Entra needs comes before what it may have`, async () => {
      await visit(page, '#/connection')
      await showTunnel(page, state)
      await page.locator('#main .status').getByText({ up: 'Up', reconnecting: 'Reconnecting', blocked: 'Blocked', changed: 'Up' }[name], { exact: true }).first().waitFor()
      await page.locator('.changed').first().waitFor({ state: state.changed ? 'visible' : 'detached' })
      await settled(page)
      for (const each of [looks[0], looks[3]]) {
        await look(page, each)
        assert.deepEqual(await findings(page), [], nameOf(each))
        assert.deepEqual(await stickingOut(page), [], nameOf(each))
      }
      const over = await page.locator('.connection-line').evaluateAll((lines) => lines.flatMap((line) => [...line.children].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)))
      assert.deepEqual(over, [], 'parts of a line that lie over each other')
      const top = async (title) => (await page.getByRole('heading', { name: title }).boundingBox()).y
      assert.ok((await top(/OAuth/)) > (await top('What to do in Entra')), 'OAuth after the steps')
    })
  }

  it('the steps to the first person stand below each other when one needs attention', async () => {
    await visit(page, '#/overview')
    await showTunnel(page, tunnelStates.blocked)
    await page.locator('.step.attention').waitFor()
    const lefts = await page.locator('.step-body').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left))
    assert.equal(new Set(lefts).size, 1)
    assert.deepEqual(await findings(page), [])
  })
})

describe('with 200 people', { timeout: 600_000 }, () => {
  let window
  before(async () => {
    window = await openWindow()
    const page = await openPage(browser, window)
    const { address } = await ask(page, 'Snapshot')
    await rehearse(window, address, await newToken(page), '--people', '200', '--groups', '12', '--cycles', '3')
    await page.context().close()
  })
  after(() => window?.close())

  for (const look of [looks[0], looks[3]]) it(`every place is whole and clear, ${nameOf(look)}`, () => lookAtAll(window, look))
  it('every place is whole and clear in forced colours', () => lookAtAll(window, { forced: true, width: 900, height: 600 }))

  it('every place has room in 320 pixels, to which a page is magnified', () => lookAtAll(window, { width: 320, height: 640 }, { clear: false }))

  it('every place is whole in German, whose words are long', async () => {
    const page = await openPage(browser, window)
    await ask(page, 'SavePreferences', 'system', 'de')
    await lookAtAll(window, { width: 900, height: 600 }, { clear: false })
    await ask(page, 'SavePreferences', 'system', 'en')
    await page.context().close()
  })

  for (const dark of [false, true]) {
    it(`every dialog is whole and clear, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await openPage(browser, window, { dark, width: 900, height: 600 })
      const shown = page.locator('[role=dialog], [role=alertdialog]').filter({ visible: true })
      const button = (name) => page.locator('#main').getByRole('button', { name, exact: true }).first()
      const check = async (name, close = () => page.keyboard.press('Escape')) => {
        await shown.first().waitFor()
        assert.deepEqual(await findings(page), [], name)
        assert.deepEqual(await stickingOut(page), [], name)
        await close()
        await shown.first().waitFor({ state: 'detached' })
      }
      await visit(page, '#/people')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('an')
      await check('palette')
      await page.keyboard.press('F1')
      await check('help')
      await button('Export').click()
      await check('export')
      await button('Columns').click()
      await page.getByRole('menu').or(shown).first().waitFor()
      assert.deepEqual(await findings(page), [], 'columns')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('try it')
      await page.getByRole('option', { name: 'Try it with sample people' }).click()
      await check('sample')
      await newToken(page) // so that no rotation is under way
      await visit(page, '#/connection')
      await button('End token').click()
      await check('end token')
      await button('It has leaked').click()
      await check('leaked')
      await button('Rotate token').click()
      const secret = page.getByRole('textbox', { name: 'Secret' })
      await secret.waitFor()
      await check('secret', () => shown.getByRole('button').last().click())
      await visit(page, '#/settings')
      await page.getByRole('textbox', { name: 'Requests' }).fill('3')
      await page.keyboard.press('Enter')
      await check('retention')
      await page.context().close()
    })
  }

  it('every page is clear while a sample is shown, in both themes', async () => {
    const first = await openPage(browser, window)
    await ask(first, 'StartSample', { people: 10, speed: 'fast' })
    await first.getByRole('button', { name: 'Leave sample' }).waitFor()
    for (const dark of [false, true]) {
      const page = await openPage(browser, window, { dark, width: 900, height: 600 })
      for (const name of ['overview', 'activity', 'people', 'groups', 'connection', 'settings']) {
        await visit(page, `#/${name}`)
        await page.getByRole('region', { name: 'Sample', exact: true }).waitFor()
        await settled(page)
        assert.deepEqual(await findings(page), [], name)
        assert.deepEqual(await stickingOut(page), [], name)
      }
      await page.context().close()
    }
    await ask(first, 'LeaveSample')
    await first.context().close()
  })
})

describe('with 100,000 people', { timeout: 400_000 }, () => {
  let window
  let page
  before(async () => {
    window = await openWindow({ folder: await seed(100_000) })
    page = await openPage(browser, window)
    await page.locator('main h1').first().waitFor()
  })
  after(() => window?.close())

  const grid = (name) => page.getByRole('grid', { name })
  const row = (index) => page.locator(`#main [role=row][aria-rowindex="${index + 1}"]`)
  const first = (name) => grid(name).locator('[role=row][aria-rowindex="2"]')

  /** A press on something else is answered whatever is still being looked for. The focus is back on it in the end, so that no key goes astray. */
  async function answers() {
    const help = page.getByRole('navigation').getByRole('button', { name: 'Help' })
    await help.click()
    await page.getByRole('dialog', { name: 'Help' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await until(page, () => help.evaluate((button) => button === document.activeElement), 'the focus back on Help')
  }

  it('every place is whole and clear', () => lookAtAll(window, looks[0]))

  it('people are scrolled through by wheel and by key, to the last and back', async () => {
    await visit(page, '#/people')
    await first('People').getByText('@contoso.example').first().waitFor()
    const name = () => first('People').getByRole('gridcell').nth(1).textContent()
    const top = await name()
    await grid('People').hover()
    for (let i = 0; i < 30; i++) await page.mouse.wheel(0, 20_000)
    await answers()
    await until(page, async () => (await first('People').count()) === 0 && (await grid('People').locator('[role=row] .bone').count()) === 0, 'rows far below')
    await grid('People').focus()
    await page.keyboard.press('End')
    await row(100_000).getByText('@contoso.example').first().waitFor()
    await answers()
    await grid('People').focus()
    await page.keyboard.press('Home')
    await first('People').waitFor()
    await until(page, async () => (await name()) === top, 'the first row')
  })

  it('people are sorted by each column, searched and ticked', async () => {
    await visit(page, '#/people')
    const titles = await grid('People').locator('.sort-title').allTextContents()
    assert.ok(titles.length >= 3)
    for (const title of titles) {
      const head = grid('People').locator('[role=columnheader]').filter({ has: page.getByText(title, { exact: true }) })
      const before = await head.getAttribute('aria-sort')
      await head.getByRole('button').click()
      await answers()
      await until(page, async () => (await head.getAttribute('aria-sort')) !== before, title)
      await first('People').getByText('@contoso.example').first().waitFor()
    }
    await page.locator('#main [data-filter]').fill('person099999')
    await answers()
    await until(page, async () => (await grid('People').getAttribute('aria-rowcount')) === '2', 'the one that was looked for')
    await page.locator('#main [data-filter]').fill('')
    await until(page, async () => (await grid('People').getAttribute('aria-rowcount')) === '100001', 'all of them')
    await page.getByRole('checkbox', { name: 'Select all people in the list' }).click()
    await page.locator('#main').getByText(/100,000/).first().waitFor()
    await answers()
    await page.getByRole('checkbox', { name: 'Select all people in the list' }).click()
  })

  it('a group of all of them opens, and its members are searched and scrolled to the last', async () => {
    const { rows } = await ask(page, 'Groups', { list: '', search: 'Everybody', state: '', sort: 'name', descending: false, from: 0, limit: 1, group: '' })
    await visit(page, `#/groups/${rows[0].id}/members`)
    await answers()
    await first('Members').getByText(/\w/).first().waitFor()
    await until(page, async () => (await grid('Members').getAttribute('aria-rowcount')) === '100001', 'all members')
    await grid('Members').focus()
    await page.keyboard.press('End')
    await answers()
    await page.locator('#main aside [role=row][aria-rowindex="100001"]').waitFor()
    await page.getByRole('textbox', { name: 'Search members' }).fill('person050000')
    await answers()
    await until(page, async () => (await grid('Members').getAttribute('aria-rowcount')) === '2', 'the member')
  })

  it('requests are filtered by text', async () => {
    await visit(page, '#/activity?text=nothing+has+this')
    await answers()
    await settled(page)
    await until(page, async () => (await page.locator('#main .empty').count()) > 0, 'that nothing was found')
    assert.deepEqual(page.faults, [])
  })
})
