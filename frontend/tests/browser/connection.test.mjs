import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startNgrok } from './ngrok.mjs'
import { again, ask, breakCalls, findings, launch, look, openPage, openWindow, refusal, seed, until, visit } from './window.mjs'

const good = '2goodTOKEN0123456789_abcdefgh'
const bad = '2badTOKEN0123456789_zzzzzzzz'
const card = (page, name) => page.getByRole('region', { name, exact: true })
const tunnelIs = (page, word) => card(page, 'Tunnel').locator('.part-head').getByText(word, { exact: true }).waitFor()
const fix = (field) => `(real, ...args) => real(...args).then((c) => (${field}, c))`

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** What stands in the page, with everything that it has stored. */
const written = (page) => page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))

/** Keeps an authtoken in the file: a test has no keychain. */
async function paste(page, authtoken, button) {
  await page.getByLabel('ngrok authtoken').fill(authtoken)
  await page.getByRole('radio', { name: 'In a file in the data folder' }).click()
  await page.getByRole('button', { name: button }).click()
}

describe('a tunnel by ngrok', { timeout: 180_000 }, () => {
  let ngrok
  let window
  let page
  before(async () => {
    ngrok = await startNgrok(good)
    window = await openWindow({ env: ngrok.env })
    page = await openPage(browser, window)
    await visit(page, '#/connection')
  })
  after(async () => {
    await window.close()
    await ngrok.close()
  })

  it('is offered first, and before it there is an address that Entra can not use', async () => {
    const ways = card(page, 'How Entra reaches this computer').getByRole('radio')
    await until(page, async () => (await ways.count()) === 3 && (await ways.nth(2).isChecked()), 'the three ways, and the last one chosen')
    await card(page, 'Tenant URL').getByText('Only this computer reaches this address').waitFor()
    await card(page, 'What to do in Entra').locator('ol > li').nth(6).waitFor()
    const steps = await card(page, 'What to do in Entra').locator('ol > li').allTextContents()
    assert.equal(steps.length, 7)
    assert.ok(steps[2].includes('How Entra reaches this computer'), steps[2])
    assert.deepEqual(await findings(page), [])
  })

  it('can be chosen by the keyboard and left again, and nothing has changed until then', async () => {
    await page.getByRole('radio', { name: /This computer only/ }).focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await card(page, 'Set up ngrok').waitFor()
    await page.getByRole('button', { name: 'Leave it: This computer only' }).click()
    await card(page, 'Set up ngrok').waitFor({ state: 'detached' })
    assert.equal((await ask(page, 'Connection')).settings.way, 'none')
    await page.getByRole('radio', { name: /A tunnel by ngrok/ }).click()
  })

  it('tells at the field what can not be an authtoken, and why the keychain is not offered', async () => {
    const setup = card(page, 'Set up ngrok')
    await setup.getByText("can't be used, so the authtoken can only be kept in a file").waitFor()
    await setup.getByRole('button', { name: 'Keep it and connect' }).click()
    await setup.getByText('Paste the authtoken first').waitFor()
    await until(page, () => page.evaluate(() => document.activeElement.name === 'authtoken'), 'the focus in the field')
    await page.getByLabel('ngrok authtoken').fill('two words')
    await page.keyboard.press('Enter')
    await setup.getByText('This is no authtoken').waitFor()
    await page.getByLabel('ngrok authtoken').fill(bad)
    await page.keyboard.press('Enter')
    await setup.getByText('Choose the file').waitFor()
    assert.equal(await page.getByLabel('ngrok authtoken').inputValue(), bad)
    await setup.getByRole('radio', { name: 'In a file in the data folder' }).click()
    await setup.getByText('It is not encrypted in the file').waitFor()
    assert.deepEqual(await findings(page), [])
    assert.ok(!(await written(page)).includes(bad))
  })

  it('that ngrok does not let in says so in words, with what to do, and keeps the authtoken out of sight', async () => {
    await page.getByRole('button', { name: 'Keep it and connect' }).click()
    await tunnelIs(page, 'Blocked')
    await card(page, 'Tunnel').getByText('ngrok does not accept the authtoken').waitFor()
    await card(page, 'Tunnel').getByText('ERR_NGROK_107').first().waitFor()
    await card(page, 'Tenant URL').getByText('Not reachable: tunnel blocked').waitFor()
    assert.deepEqual(await findings(page), [])
    await visit(page, '#/overview')
    await page.getByText("Entra can't reach this app: the tunnel is blocked").first().waitFor()
    await page.getByRole('button', { name: 'Show the connection' }).click()
    await until(page, () => page.evaluate(() => document.activeElement.id === 'tunnel-title'), 'the focus on the tunnel')
    await page.locator('.message').waitFor({ state: 'detached' })
    assert.ok(!(await written(page)).includes(bad))
    assert.ok(!JSON.stringify([await ask(page, 'Connection'), await ask(page, 'Snapshot')]).includes(bad))
    assert.ok(!window.said().includes(bad))
  })

  it('is up with another authtoken, pasted with the command that ngrok shows', async () => {
    await page.getByRole('button', { name: 'Paste another authtoken' }).click()
    await until(page, () => page.evaluate(() => document.activeElement.name === 'authtoken'), 'the focus in the field')
    await paste(page, `ngrok config add-authtoken ${good}`, 'Replace it and connect')
    await tunnelIs(page, 'Up')
    await until(page, () => page.evaluate(() => document.activeElement.id === 'tunnel-title'), 'the focus on the tunnel')
    const address = `https://${ngrok.domain}/scim/v2`
    await page.locator('.address').getByText(address).waitFor()
    await card(page, 'What to do in Entra').getByText(address).waitFor()
    await card(page, 'Tunnel').getByText('Contoso, Free').waitFor()
    await card(page, 'Tenant URL').getByRole('button', { name: 'Copy' }).click()
    await until(page, async () => (await page.evaluate(() => globalThis.runtime.ClipboardGetText())) === address, 'the copied address')
    const seen = (await written(page)) + window.said() + JSON.stringify([await ask(page, 'Connection'), await ask(page, 'Snapshot')])
    for (const secret of [good, bad]) assert.ok(!seen.includes(secret))
    assert.deepEqual(await findings(page), [])
  })

  it('keeps its authtoken in one file, which only the user may read, and nowhere else in the folder', async () => {
    const dir = join(window.dir, 'data')
    const holders = []
    for (const name of await readdir(dir, { recursive: true })) {
      const text = await readFile(join(dir, name)).catch(() => Buffer.alloc(0))
      if (text.includes(good)) holders.push(name)
      assert.ok(!text.includes(bad), name)
    }
    assert.equal(holders.length, 1, holders.join())
  })

  it('that was lost says so with its attempt and the next, and is back at once by its button', async () => {
    await ngrok.tell('down')
    await tunnelIs(page, 'Reconnecting')
    await card(page, 'Tunnel').getByText(/Attempt \d+\. (Next try in|Trying now)/).waitFor()
    await card(page, 'Tenant URL').getByText('Not reachable since').waitFor()
    await card(page, 'Tunnel').getByText('TUNNEL_').first().waitFor()
    await ngrok.tell('up')
    await page.getByRole('button', { name: 'Reconnect now' }).click()
    await tunnelIs(page, 'Up')
    // Where it came back by itself more than two seconds before the button was pressed, that connects it once more.
    await card(page, 'Tunnel').locator('dt:has-text("Reconnects today") + dd').getByText(/^(one, at|2, the last at) /).waitFor()
  })

  it('whose rules ngrok refuses is up without them, and says which it would have', async () => {
    await page.getByRole('button', { name: /Rules at ngrok/ }).click()
    const rules = card(page, 'Tunnel')
    await rules.getByText('Only with a credential').waitFor()
    await ngrok.tell('policy ERR_NGROK_2201')
    const policy = rules.getByRole('switch', { name: 'ngrok turns away what is not SCIM' })
    await policy.click()
    await rules.getByText('Off: ScimDesk decides alone').waitFor()
    assert.ok(await rules.getByRole('switch', { name: "Only from Entra's addresses" }).isDisabled())
    await policy.click()
    await rules.getByText('ngrok did not take the rules').waitFor()
    await rules.getByText('TUNNEL_POLICY').waitFor()
    await tunnelIs(page, 'Up')
    assert.deepEqual(await findings(page), [])
    await ngrok.tell('well')
  })

  it('sounds an alarm when its address changed: old and new, until Entra has the new one', async () => {
    const old = `https://${ngrok.domain}/scim/v2`
    const now = 'other-fox.ngrok-free.example'
    await ngrok.tell(`domain ${now}`)
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('alertdialog').getByText('until you press Start').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop', exact: true }).click()
    await tunnelIs(page, 'Off')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const alarm = card(page, /^The public address changed/)
    await alarm.waitFor()
    const said = await alarm.textContent()
    assert.ok(said.indexOf(old) < said.indexOf(`https://${now}/scim/v2`) && said.includes(old), said)
    await alarm.getByRole('button', { name: 'Copy new address' }).click()
    await until(page, async () => (await page.evaluate(() => globalThis.runtime.ClipboardGetText())) === `https://${now}/scim/v2`, 'the new address')
    assert.deepEqual(await findings(page), [])
    await visit(page, '#/people')
    await page.getByText('The public address changed: Entra still has the old one').first().waitFor()
    await page.getByRole('button', { name: 'Show the connection' }).click()
    await page.getByRole('button', { name: 'Entra has the new one' }).click()
    await alarm.waitFor({ state: 'detached' })
    await visit(page, '#/people')
    await page.locator('.message').waitFor({ state: 'detached' })
    await visit(page, '#/connection')
  })

  it('takes a domain and a proxy, tells at the field which is wrong, and loses nothing of what was typed', async () => {
    await page.getByRole('button', { name: 'Domain and proxy' }).click()
    await page.getByLabel('Domain', { exact: true }).fill('a-long-name.of-a-department.in-an-office.with-many-parts.contoso.example')
    await page.getByLabel('Proxy to ngrok').fill('https://proxy.contoso.example:8080')
    await card(page, 'Tunnel').getByText('Another domain is another address').waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await card(page, 'Tunnel').getByText('https:// can\'t be used').waitFor()
    await until(page, () => page.evaluate(() => document.activeElement.name === 'proxy'), 'the focus on the proxy')
    await visit(page, '#/people')
    await visit(page, '#/connection')
    await page.getByRole('button', { name: 'Domain and proxy' }).click()
    assert.match(await page.getByLabel('Domain', { exact: true }).inputValue(), /^a-long-name/)
    await page.getByRole('button', { name: 'Discard' }).click()
    assert.equal(await page.getByLabel('Proxy to ngrok').inputValue(), '')
    assert.equal((await ask(page, 'Connection')).settings.proxy, '')
  })

  it('forgets its authtoken when that is confirmed, and leads through the set-up again', async () => {
    await page.getByRole('button', { name: 'Authtoken', exact: true }).click()
    await page.getByRole('button', { name: 'Forget authtoken' }).click()
    await page.getByRole('alertdialog').getByText('The tunnel ends').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget authtoken' }).click()
    await card(page, 'Set up ngrok').waitFor()
    await until(page, () => page.evaluate(() => document.activeElement !== document.body), 'the focus somewhere')
    assert.ok(!(await readdir(join(window.dir, 'data'))).some((name) => /authtoken/.test(name)))
  })

  it('has no fault of its own in the page', () => assert.deepEqual(page.faults, []))
})

describe('the way by an address of one\'s own', { timeout: 120_000 }, () => {
  let window
  let page
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window, { dark: true, width: 900, height: 600 })
    await visit(page, '#/connection')
    await page.getByRole('radio', { name: /My own address/ }).click()
  })
  after(() => window.close())
  const use = () => page.getByRole('button', { name: 'Use this address' }).click()
  const focused = (name) => until(page, () => page.evaluate((field) => document.activeElement.name === field, name), `the focus on ${name}`)

  it('asks for an https address, for both files or none, and for networks', async () => {
    await page.getByLabel('Public address').fill('http://desk.contoso.example')
    await use()
    await page.getByText('Give an https address').waitFor()
    await focused('publicUrl')
    await page.getByLabel('Public address').fill('https://desk.contoso.example')
    await page.getByLabel('Certificate file').fill('/nowhere/desk.pem')
    await use()
    await page.getByText("Name the PEM file with the certificate's key").waitFor()
    await focused('keyFile')
    await page.getByLabel('Key file').fill('/nowhere/desk.key')
    await page.getByLabel('Trusted proxies').fill('not a network')
    await use()
    await page.getByText('Give addresses or networks').waitFor()
    await page.getByText('Name a PEM file with a valid certificate').waitFor()
    await page.getByText('BAD_SETTING').waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.getByLabel('Public address').inputValue(), 'https://desk.contoso.example')
    assert.equal((await ask(page, 'Connection')).settings.way, 'none')
  })

  it('is used when all is right, and is not called proven before something came by it', async () => {
    await page.getByLabel('Certificate file').fill('')
    await page.getByLabel('Key file').fill('')
    await page.getByLabel('Trusted proxies').fill('127.0.0.1, 10.0.0.0/8')
    await use()
    await page.locator('.address').getByText('https://desk.contoso.example/scim/v2').waitFor()
    await card(page, 'Tenant URL').getByText('Not proven yet').waitFor()
    await focused('publicUrl')
    assert.equal((await ask(page, 'Connection')).settings.trustedProxies, '127.0.0.1, 10.0.0.0/8')
  })

  it('shows what to run in front of it, with the name and port of this folder', async () => {
    const { listener } = await ask(page, 'Snapshot')
    await page.getByRole('button', { name: 'Reverse proxy (Caddy)' }).click()
    await page.getByText(`caddy reverse-proxy --from desk.contoso.example --to ${listener.listen}`).waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('gives way to this computer alone when that is confirmed', async () => {
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await until(page, () => page.evaluate(() => document.activeElement.type === 'radio'), 'the focus on the choice')
    await page.getByRole('radio', { name: /This computer only/ }).click()
    await page.getByText("Entra can't reach you by the present way").waitFor()
    await page.getByRole('button', { name: 'Use this computer only' }).click()
    await card(page, 'Tenant URL').getByText('Only this computer reaches this address').waitFor()
  })
})

describe('what the connection has been through', { timeout: 120_000 }, () => {
  const windowWith = async (...more) => openWindow({ folder: await seed(12, 1, ...more) })

  it('is told gap by gap: when, why, what Entra will have done and what to press', async () => {
    const window = await windowWith('-gaps')
    const page = await openPage(browser, window)
    await visit(page, '#/connection')
    const gaps = card(page, 'When Entra could not reach this computer')
    await gaps.getByRole('button', { name: 'Show all 4' }).click()
    await gaps.locator('li').nth(3).waitFor()
    const rows = await gaps.locator('li').allTextContents()
    const said = [['The computer slept', 'nothing to do'], ['ScimDesk was not running', 'next visit brings'], ['no internet', 'once a day'], ['stopped by hand', 'four weeks']]
    assert.equal(rows.length, said.length)
    said.forEach((words, i) => words.forEach((word) => assert.ok(rows[i].includes(word), `${word} in ${rows[i]}`)))
    assert.ok(rows[1].includes('about 3 times') && rows[2].includes('20 hr') && rows[3].includes('29 days'), rows.join('\n'))
    await gaps.getByRole('button', { name: 'Open Entra' }).waitFor()
    assert.deepEqual(await findings(page), [])
    await window.close()
  })

  it('is weighed against the plan: a warning at 70 percent, and on every page at 90', async () => {
    for (const [carried, word] of [[14_100, '70 % used'], [18_100, '90 % used: nearly all']]) {
      const ngrok = await startNgrok(good)
      const window = await openWindow({ folder: await seed(12, 1, '-carried', String(carried)), env: { ...ngrok.env, NGROK_AUTHTOKEN: good } })
      const page = await openPage(browser, window)
      await visit(page, '#/connection')
      await page.getByRole('radio', { name: /A tunnel by ngrok/ }).click()
      await page.getByRole('button', { name: 'Use ngrok' }).click()
      const quota = card(page, 'ngrok plan this month')
      await quota.getByText(word, { exact: true }).waitFor()
      const meter = quota.getByRole('meter', { name: 'Requests' })
      assert.ok(Number(await meter.getAttribute('aria-valuenow')) >= carried)
      assert.match(await meter.getAttribute('aria-valuetext'), /^1[48],\d{3} of 20,000$/)
      await quota.getByText('A full cycle of 12 people needs about').waitFor()
      await tunnelIs(page, 'Up')
      assert.deepEqual(await findings(page), [])
      await visit(page, '#/people')
      const bar = page.getByText("Nearly all of this month's ngrok plan is used").first()
      if (carried > 18_000) await bar.waitFor()
      else assert.equal(await bar.count(), 0)
      await visit(page, '#/connection')
      await card(page, 'Tunnel').getByRole('button', { name: 'Authtoken', exact: true }).click()
      await page.getByText('It comes from NGROK_AUTHTOKEN').waitFor()
      if (carried > 18_000) {
        await quota.getByRole('combobox').click()
        await page.getByRole('option', { name: 'Pay as you go' }).click()
        await quota.getByText('This plan has no limit').waitFor()
      }
      await window.close()
      await ngrok.close()
    }
  })
})

describe('the connection page', { timeout: 120_000 }, () => {
  let window
  before(async () => (window = await openWindow()))
  after(() => window.close())

  it('says why the connection could not be read, and shows it when tried again', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ Connection: `(real) => globalThis.well ? real() : ${refusal('DB_FAILING')}` }) })
    await visit(page, '#/connection')
    await page.getByText('DB_FAILING').waitFor()
    await card(page, 'Tenant URL').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.well = true))
    await again(page)
    await card(page, 'How Entra reaches this computer').waitFor()
    await page.context().close()
  })

  it('leads to the question whether this computer runs all night, and shows what fits', async () => {
    const page = await openPage(browser, window)
    await visit(page, '#/connection')
    const night = card(page, 'Does this computer run all night?')
    await night.getByRole('radio', { name: 'Yes' }).click()
    await night.getByText('Nothing else is needed').waitFor()
    await night.getByRole('radio', { name: 'No', exact: true }).click()
    await night.getByText('Pause provisioning', { exact: false }).waitFor()
    const { folder } = await ask(page, 'Snapshot')
    await night.getByText(`scimd run --data "${folder}"`).waitFor()
    await night.getByRole('switch').click()
    await until(page, async () => (await ask(page, 'Connection')).settings.keepAwake, 'keepAwake')
    assert.equal((await ask(page, 'Connection')).settings.allNight, 'no')
    assert.deepEqual(await findings(page), [])
    await page.context().close()
  })

  it('leaves to the command line what that decides', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ Connection: fix("c.settings.fixed = 'flag'") }) })
    await visit(page, '#/connection')
    await page.getByText('The command line decides this').waitFor()
    for (const radio of await card(page, 'How Entra reaches this computer').getByRole('radio').all()) assert.ok(await radio.isDisabled())
    await page.context().close()
  })

  it('explains that a sample has no address, and offers nothing to change', async () => {
    const page = await openPage(browser, window)
    await ask(page, 'StartSample', { people: 20, groups: 2, speed: 'fast' }).catch(() => {})
    await visit(page, '#/connection')
    await page.getByText('A sample has no address on the internet').waitFor()
    assert.equal(await page.getByRole('radio').count(), 0)
    await ask(page, 'LeaveSample')
    await card(page, 'How Entra reaches this computer').getByRole('radio').first().waitFor()
    await page.context().close()
  })

  it('opens Entra in the browser, and says where to go if it can not', async () => {
    const broken = breakCalls({ OpenPage: "(real, name) => ((globalThis.opened = name), globalThis.well ? Promise.resolve() : Promise.reject(new Error('no browser')))" })
    const page = await openPage(browser, window, { broken })
    await visit(page, '#/connection')
    await card(page, 'What to do in Entra').getByRole('button', { name: 'Open Entra' }).click()
    await page.getByText('entra.microsoft.com').waitFor()
    assert.equal(await page.evaluate(() => globalThis.opened), 'entra')
    await page.evaluate(() => (globalThis.well = true))
    await card(page, 'What to do in Entra').getByRole('button', { name: 'Open Entra' }).click()
    await page.getByText('entra.microsoft.com').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('fits, in German, in each size and colour', async () => {
    const page = await openPage(browser, window)
    await ask(page, 'SavePreferences', 'system', 'de')
    await page.reload()
    await visit(page, '#/connection')
    await page.getByRole('radio', { name: /Ein Tunnel über ngrok/ }).click()
    await page.getByText('ngrok einrichten').waitFor()
    for (const as of [{ width: 900, height: 600, dark: true }, { width: 640, height: 400 }, { width: 1280, height: 800, forced: true }]) {
      await look(page, as)
      assert.deepEqual(await findings(page), [], JSON.stringify(as))
      assert.ok(await page.evaluate(() => { const m = document.getElementById('main'); return m.scrollWidth <= m.clientWidth }), 'nothing stands out to the side')
    }
    await ask(page, 'SavePreferences', 'system', 'en')
    await page.context().close()
  })
})
