import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, create, findings, get, launch, newToken, openPage, openWindow, rehearse, settled, until, visit } from './window.mjs'

const step = (page, title) => page.locator('.step', { has: page.getByRole('heading', { name: title }) })
const tile = (page, name) => page.locator('.tile', { hasText: name })
const chart = (page) => page.getByRole('listbox', { name: /requests/i })
const number = (n) => n.toLocaleString('en')

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the overview of a newcomer', { timeout: 120_000 }, () => {
  let window
  let page
  let address
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    address = (await ask(page, 'Snapshot')).address
  })
  after(() => window.close())

  it('says what is done, what is next, and that this address is not enough for Entra', async () => {
    await step(page, 'This app answers').getByText('Done', { exact: true }).waitFor()
    await step(page, 'Give it an address').getByText(address).waitFor()
    await step(page, 'Give it an address').getByText('needs an https address').waitFor()
    await step(page, 'Give it an address').getByText('Next', { exact: true }).waitFor()
    await step(page, 'Make a secret token').getByText('Still to do', { exact: true }).waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('makes the token in place, by the keyboard, and keeps its secret in view when the step is ticked', async () => {
    await page.getByRole('button', { name: 'Make token' }).focus()
    await page.keyboard.press('Enter')
    const secret = await page.getByRole('textbox', { name: 'New secret token' }).inputValue()
    await page.locator('.step.done', { hasText: `Ends in ${secret.slice(-4)}` }).waitFor({ state: 'attached' })
    assert.equal(await page.getByRole('textbox', { name: 'New secret token' }).inputValue(), secret)
    await page.getByRole('button', { name: 'Close without copying' }).press('Enter')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await step(page, 'Make a secret token').getByText('Done', { exact: true }).waitFor()
    assert.ok(!(await page.content()).includes(secret))
  })

  it('ticks itself from real requests only, and says when one came with a wrong token', async () => {
    const secret = await newToken(page)
    assert.equal(await get(address, 'sdk_wrong'), 401)
    await step(page, 'Put address and token').getByText('had a wrong token').waitFor()
    assert.deepEqual(await findings(page), [])
    const ticked = () => page.locator('.step.done').count()
    assert.equal(await ticked(), 2, 'the app and the token')
    assert.equal(await get(address, secret), 200)
    await until(page, async () => (await ticked()) === 3, 'a request with the token came')
    await step(page, 'Put address and token').getByText('Done', { exact: true }).waitFor()
    await step(page, 'Put address and token').getByText('A request with the current token came from this computer').waitFor()
    assert.equal(await create(address, secret, 'Anna Berg'), 201)
    await page.getByRole('heading', { name: 'Receiving requests from this computer' }).waitFor()
    await page.locator('.feed', { hasText: 'Created' }).getByRole('link', { name: 'Anna Berg' }).waitFor()
  })
})

describe('the overview', { timeout: 180_000 }, () => {
  let window
  let page
  let address
  let secret
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    address = (await ask(page, 'Snapshot')).address
    secret = await newToken(page)
    await rehearse(window, address, secret, '--people', '40', '--groups', '5', '--cycles', '2')
    assert.equal(await create(address, secret, 'Anna Berg'), 201)
    assert.equal(await create(address, secret, 'Anna Berg'), 409)
  })
  after(() => window.close())

  it('counts what is there, and each figure leads to what it counts', async () => {
    const { people, groups } = await ask(page, 'Snapshot')
    await tile(page, 'People').getByText(number(people.total), { exact: true }).waitFor()
    await tile(page, 'Groups').getByText(number(groups.total), { exact: true }).waitFor()
    await until(page, async () => {
      const { hours } = await ask(page, 'Overview')
      const all = hours.reduce((n, h) => n + h.success + h.notFound + h.failure + h.error, 0)
      return (await tile(page, 'Requests').locator('.count').textContent()) === number(all)
    }, 'all requests counted')
    const { hours, failures } = await ask(page, 'Overview')
    const from = `from=${encodeURIComponent(hours[0].at)}`
    assert.ok(failures > 0)
    for (const [name, hash] of [['People', '#/people'], ['Groups', '#/groups'], ['Requests', `#/activity?${from}`], ['Failures', `#/activity?outcomes=failure%2Cerror&${from}`]]) {
      let count = ''
      await until(page, async () => (count = await tile(page, name).locator('.count').textContent()) !== '', `the number of ${name}`)
      await tile(page, name).focus()
      await page.keyboard.press('Enter')
      await until(page, async () => (await page.evaluate(() => location.hash)) === hash, hash)
      // What is listed there is what was counted.
      await until(page, async () => number(Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1) === count, `${count} behind ${name}`)
      await visit(page, '#/overview')
    }
    await settled(page)
  })

  it('tells the hours to whoever walks through the chart, and as a table', async () => {
    await settled(page)
    const { hours } = await ask(page, 'Overview')
    await chart(page).focus()
    const told = () => page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.getAttribute('aria-label'))
    assert.match(await told(), new RegExp(`Success ${number(hours.at(-1).success)}, Not found ${number(hours.at(-1).notFound)}, Failure ${number(hours.at(-1).failure)}`))
    await page.keyboard.press('ArrowLeft')
    assert.match(await told(), new RegExp(`Success ${number(hours.at(-2).success)},`))
    await page.keyboard.press('Home')
    assert.match(await told(), /Success 0, Not found 0, Failure 0, Error 0/)
    await page.getByRole('button', { name: 'View as table' }).click()
    assert.deepEqual(
      await page.locator('.hours tbody tr').first().getByRole('cell').allTextContents(),
      ['success', 'notFound', 'failure', 'error'].map((kind) => number(hours.at(-1)[kind])),
    )
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'View as table' }).click()
  })

  it('leads from a change to the history behind it, and from a failure to its request', async () => {
    const { changes, failed } = await ask(page, 'Overview')
    const created = changes.find((c) => c.resource.name === 'Anna Berg')
    await page.locator('.changes-part').getByRole('link', { name: 'Anna Berg' }).click()
    assert.equal(await page.evaluate(() => location.hash), `#/people/${created.resource.id}/history`)
    await visit(page, '#/overview')
    await page.locator('.feed-failed li', { hasText: '409' }).getByRole('link').first().click()
    assert.equal(await page.evaluate(() => location.hash), `#/activity/${failed[0].seq}`)
    await visit(page, '#/overview')
  })

  it('says that Entra can not sign in when the token has ended, and what helps', async () => {
    await ask(page, 'EndToken')
    await page.getByRole('heading', { name: "Entra can't sign in" }).waitFor()
    await page.locator('.chain-node', { hasText: 'Entra' }).getByText('Down').waitFor()
    await page.locator('.needs').getByText('There is no token').waitFor()
    await page.getByRole('button', { name: 'Make token' }).click()
    await page.getByRole('heading', { level: 1, name: 'Connection' }).waitFor()
    await visit(page, '#/overview')
    secret = await newToken(page)
    assert.equal(await get(address, secret), 200)
    await page.getByRole('heading', { name: 'Receiving requests from this computer' }).waitFor()
  })

  it('fits into the usual window, and cuts nothing off in the smallest, in both themes', async () => {
    const long = 'a-name-without-any-space-that-goes-on-and-on-until-it-has-eighty-characters-or-so'
    assert.equal(await create(address, secret, long), 201)
    for (const [dark, width, height] of [[false, 1280, 800], [true, 1280, 800], [false, 900, 600], [true, 900, 600]]) {
      const other = await openPage(browser, window, { dark, width, height })
      await other.getByRole('link', { name: long }).waitFor()
      await settled(other)
      assert.deepEqual(await findings(other), [])
      const main = await other.locator('main').evaluate((el) => ({ wide: el.scrollWidth - el.clientWidth, high: el.scrollHeight - el.clientHeight }))
      assert.equal(main.wide, 0)
      if (width === 1280) assert.ok(main.high <= 0, `scrolls by ${main.high}`)
      assert.deepEqual(await other.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]), [width, height])
      await other.context().close()
    }
  })

  it('shows what it has when one part can not be read, and reads it when tried again', async () => {
    const broken = breakCalls({ Overview: "(real) => globalThis.well ? real() : Promise.reject(new Error('{\"code\":\"DB_LOCKED\",\"message\":\"\"}'))" })
    const other = await openPage(browser, window, { broken })
    await other.locator('.requests-part').getByText('DB_LOCKED').waitFor()
    assert.equal(await other.getByText('DB_LOCKED').count(), 5)
    await tile(other, 'People').locator('.count', { hasText: /^\d+$/ }).waitFor()
    assert.deepEqual(await findings(other), [])
    await other.evaluate(() => (globalThis.well = true))
    await other.locator('.changes-part').getByRole('button', { name: 'Try again' }).click()
    await other.locator('.changes-part .feed').waitFor()
    assert.equal(await other.getByText('DB_LOCKED').count(), 0)
    await other.context().close()
  })

  for (const [part, found] of [['.tile:has-text("Failures")', '.count'], ['.requests-part', '.chart'], ['.attention-part', '.attention']]) {
    it(`reads ${part} when that is tried again there`, async () => {
      const broken = breakCalls({ Overview: "(real) => globalThis.well ? real() : Promise.reject(new Error('{\"code\":\"DB_LOCKED\",\"message\":\"\"}'))" })
      const other = await openPage(browser, window, { broken })
      await other.locator(part).getByText('DB_LOCKED').waitFor()
      await other.evaluate(() => (globalThis.well = true))
      await other.locator(part).getByRole('button', { name: 'Try again' }).press('Enter')
      await other.locator(part).locator(found).waitFor()
      await other.context().close()
    })
  }

  it('says where to go when Entra can not be opened', async () => {
    const broken = breakCalls({
      Snapshot: `async (real) => {
        const now = await real()
        const ago = (minutes) => new Date(Date.now() - minutes * 60000).toISOString()
        return { ...now, lastEntra: ago(130), lastVia: 'proxy', token: { ...now.token, created: ago(300), lastUsed: ago(130) }, refused: { at: '', remote: '', detail: '', activity: 0 } }
      }`,
      OpenPage: "() => Promise.reject(new Error('no browser'))",
    })
    const other = await openPage(browser, window, { broken })
    await other.getByRole('button', { name: 'Open Entra' }).click()
    await other.getByText('entra.microsoft.com').waitFor()
    await other.context().close()
  })

  it('calls what it does not know unknown, and never good', async () => {
    const broken = breakCalls({ Snapshot: "(real) => globalThis.dead ? Promise.reject(new Error('{\"code\":\"CALL_TIMEOUT\",\"message\":\"\"}')) : real()" })
    const other = await openPage(browser, window, { broken })
    await other.getByRole('heading', { name: 'Receiving requests from this computer' }).waitFor()
    await other.evaluate(() => (globalThis.dead = true))
    assert.equal(await get(address, secret), 200)
    await other.getByRole('heading', { name: 'Unknown whether changes arrive' }).waitFor()
    assert.equal(await other.locator('main .status.good').count(), 0)
    assert.deepEqual(await findings(other), [])
    await other.context().close()
  })

  it('says since when Entra can not reach this app, why, and connects anew by one click', async () => {
    const broken = breakCalls({
      Snapshot: `async (real) => {
        const now = await real()
        const tunnel = { ...now.tunnel, way: 'ngrok', state: 'reconnecting', since: new Date(Date.now() - 600000).toISOString(), attempt: 3, ...globalThis.tunnel }
        const gap = { from: '2026-01-02T10:00:00.000Z', to: '2026-01-02T14:00:00.000Z', cause: 'sleep', detail: '', seconds: 14400, visits: 6 }
        return { ...now, tunnel, gap, refused: { ...now.refused, at: '' } }
      }`,
      Reconnect: "() => ((globalThis.tunnel = { state: 'blocked', code: 'TUNNEL_QUOTA' }), Promise.resolve())",
    })
    const other = await openPage(browser, window, { broken })
    await other.getByRole('heading', { name: /can't reach this app since .*the tunnel is reconnecting/ }).waitFor()
    await other.locator('.chain-node', { hasText: 'ngrok tunnel' }).getByText('Down').waitFor()
    await other.locator('.chain-note').getByText('The computer slept.').waitFor()
    await other.getByRole('contentinfo', { name: 'State' }).getByText('Tunnel reconnecting').waitFor()
    assert.deepEqual(await findings(other), [])
    await other.getByRole('button', { name: 'Reconnect now' }).click()
    assert.equal(await get(address, secret), 200)
    await other.getByRole('contentinfo', { name: 'State' }).getByText('Tunnel blocked').waitFor()
    await other.locator('.needs').getByText("Entra can't reach this app").waitFor()
    await other.context().close()
  })

  for (const [minutes, said, state] of [[50, 'Entra is quiet', 'Unknown'], [90, 'Entra is late', 'Degraded'], [130, 'Entra has gone silent', 'Down']]) {
    it(`after ${minutes} minutes without a request says: ${said}`, async () => {
      const broken = breakCalls({ Snapshot: `async (real, all) => ({ ...(all = await real()), token: { ...all.token, created: '2020-01-01T00:00:00Z' }, lastEntra: new Date(Date.now() - ${minutes} * 60000).toISOString(), lastVia: 'proxy', refused: { at: '', remote: '', detail: '', activity: 0 } })` })
      const other = await openPage(browser, window, { broken })
      await other.getByRole('heading', { name: said }).waitFor()
      await other.locator('.chain-node', { hasText: 'Entra' }).first().getByText(state).waitFor()
      await other.context().close()
    })
  }
})
