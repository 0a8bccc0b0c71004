import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, breakCalls, create, findings, get, launch, look, newToken, openPage, openWindow, refusal, rehearse, settled, until, visit } from './window.mjs'

const step = (page, title) => page.locator('.step', { has: page.getByRole('heading', { name: title }) })
const tile = (page, name) => page.locator('.tile', { hasText: name })
const chart = (page) => page.getByRole('listbox', { name: /requests/i })
const number = (n) => n.toLocaleString('en')

const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()

const nobody = { at: '', remote: '', detail: '', activity: 0 }

/** The backend says also what is in globalThis.told, and can fail: the snapshot, or the figures. */
const played = breakCalls({
  Snapshot: `async (real) => {
    if (globalThis.told?.dead) return ${refusal('CALL_TIMEOUT')}
    const now = await real()
    const { token, tunnel, ...more } = globalThis.told?.now ?? {}
    return { ...now, ...more, token: { ...now.token, ...token }, tunnel: { ...now.tunnel, ...tunnel } }
  }`,
  Overview: `(real) => globalThis.told?.sick ? ${refusal('DB_LOCKED')} : real()`,
  Reconnect: "() => ((globalThis.told.now.tunnel = { way: 'ngrok', state: 'blocked', code: 'TUNNEL_QUOTA' }), Promise.resolve())",
  OpenPage: "() => Promise.reject(new Error('no browser'))",
})

/** Opens the overview anew on what the backend is to say. */
async function tell(page, told) {
  await visit(page, '#/settings')
  await page.evaluate((now) => (globalThis.told = now), told)
  await ask(page, 'DismissReminder') // tells the page that something has changed
  await visit(page, '#/overview')
}

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
    page = await openPage(browser, window, { broken: played })
    address = (await ask(page, 'Snapshot')).address
    secret = await newToken(page)
    await rehearse(window, address, secret, '--people', '40', '--groups', '5', '--cycles', '2')
    assert.equal(await create(address, secret, 'Anna Berg'), 201)
    assert.equal(await create(address, secret, 'Anna Berg'), 409)
  })
  beforeEach(() => visit(page, '#/overview'))
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
    await until(page, async () => (await page.evaluate(() => location.hash)) === `#/people/${created.resource.id}/history`, 'the history')
    await visit(page, '#/overview')
    await page.locator('.feed-failed li', { hasText: '409' }).getByRole('link').first().click()
    await until(page, async () => (await page.evaluate(() => location.hash)) === `#/activity/${failed[0].seq}`, 'the request')
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
    await page.getByRole('link', { name: long }).waitFor()
    await settled(page)
    for (const [dark, width, height] of [[true, 1280, 800], [false, 900, 600], [true, 900, 600], [false, 1280, 800]]) {
      await look(page, { dark, width, height })
      assert.deepEqual(await findings(page), [])
      const main = await page.locator('main').evaluate((el) => ({ wide: el.scrollWidth - el.clientWidth, high: el.scrollHeight - el.clientHeight }))
      assert.equal(main.wide, 0)
      if (width === 1280) assert.ok(main.high <= 0, `scrolls by ${main.high}`)
      assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]), [width, height])
    }
  })

  it('shows what it has when one part can not be read, and reads it when tried again', async () => {
    await tell(page, { sick: true })
    await until(page, async () => (await page.getByText('DB_LOCKED').count()) === 5, 'what can not be read')
    await tile(page, 'People').locator('.count', { hasText: /^\d+$/ }).waitFor()
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.told.sick = false))
    await page.locator('.changes-part').getByRole('button', { name: 'Try again' }).click()
    await page.locator('.changes-part .feed').waitFor()
    await until(page, async () => (await page.getByText('DB_LOCKED').count()) === 0, 'all parts')
  })

  for (const [part, found] of [['.tile:has-text("Failures")', '.count'], ['.requests-part', '.chart'], ['.attention-part', '.attention']]) {
    it(`reads ${part} when that is tried again there`, async () => {
      await tell(page, { sick: true })
      await page.locator(part).getByText('DB_LOCKED').waitFor()
      await page.evaluate(() => (globalThis.told.sick = false))
      await page.locator(part).getByRole('button', { name: 'Try again' }).press('Enter')
      await page.locator(part).locator(found).waitFor()
    })
  }

  it('says where to go when Entra can not be opened', async () => {
    await tell(page, { now: { lastEntra: minutesAgo(130), lastVia: 'proxy', token: { created: minutesAgo(300), lastUsed: minutesAgo(130) }, refused: nobody } })
    await page.getByRole('button', { name: 'Open Entra' }).click()
    await page.getByText('entra.microsoft.com').waitFor()
  })

  it('calls what it does not know unknown, and never good', async () => {
    await tell(page, {})
    await page.getByRole('heading', { name: 'Receiving requests from this computer' }).waitFor()
    await page.evaluate(() => (globalThis.told = { dead: true }))
    assert.equal(await get(address, secret), 200)
    await page.getByRole('heading', { name: 'Unknown whether changes arrive' }).waitFor()
    assert.equal(await page.locator('main .status.good').count(), 0)
    assert.deepEqual(await findings(page), [])
  })

  it('says since when Entra can not reach this app, why, and connects anew by one click', async () => {
    const gap = { from: '2026-01-02T10:00:00.000Z', to: '2026-01-02T14:00:00.000Z', cause: 'sleep', detail: '', seconds: 14400, visits: 6 }
    await tell(page, { now: { tunnel: { way: 'ngrok', state: 'reconnecting', since: minutesAgo(10), attempt: 3 }, gap, refused: nobody } })
    await page.getByRole('heading', { name: /can't reach this app since .*the tunnel is reconnecting/ }).waitFor()
    await page.locator('.chain-node', { hasText: 'ngrok tunnel' }).getByText('Down').waitFor()
    await page.locator('.chain-note').getByText('The computer slept.').waitFor()
    await page.getByRole('contentinfo', { name: 'State' }).getByText('Tunnel reconnecting').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Reconnect now' }).click()
    assert.equal(await get(address, secret), 200)
    await page.getByRole('contentinfo', { name: 'State' }).getByText('Tunnel blocked').waitFor()
    await page.locator('.needs').getByText("Entra can't reach this app").waitFor()
  })

  for (const [minutes, said, state] of [[50, 'Entra is quiet', 'Unknown'], [90, 'Entra is late', 'Degraded'], [130, 'Entra has gone silent', 'Down']]) {
    it(`after ${minutes} minutes without a request says: ${said}`, async () => {
      await tell(page, { now: { token: { created: '2020-01-01T00:00:00Z' }, lastEntra: minutesAgo(minutes), lastVia: 'proxy', refused: nobody } })
      await page.getByRole('heading', { name: said }).waitFor()
      await page.locator('.chain-node', { hasText: 'Entra' }).first().getByText(state).waitFor()
    })
  }
})
