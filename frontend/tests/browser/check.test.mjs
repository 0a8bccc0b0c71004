import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ask, breakCalls, findings, hear, launch, newToken, openPage, openWindow, refusal, until, visit } from './window.mjs'

const card = (page, name) => page.getByRole('region', { name })
const panel = (page) => card(page, 'Self-check')
const steps = (page) => panel(page).locator('.check-steps > li')

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** A check that stopped, as the backend would tell it. */
const stopped = `{
  running: false, started: '2026-03-02T12:00:00.000Z', finished: '2026-03-02T12:00:01.000Z', address: 'https://desk.contoso.example/scim/v2', person: false, cause: 'reconnect', ok: false, failed: 'tls',
  steps: [
    { name: 'dns', state: 'ok', took: 12, where: '', code: '', detail: '', facts: ['address: 203.0.113.7'] },
    { name: 'connect', state: 'ok', took: 30, where: '', code: '', detail: '', facts: [] },
    { name: 'tls', state: 'failed', took: 41, where: 'certificate', code: 'CHECK_CERT_EXPIRED', detail: 'valid until yesterday', facts: ['issuer: Contoso'] },
    { name: 'quantum', state: 'later', took: 0, where: 'moon', code: 'CHECK_LATER', detail: '', facts: [] },
    { name: 'match', state: 'skipped', took: 0, where: '', code: '', detail: '', facts: [] },
  ],
}`

describe('the self-check', { timeout: 120_000 }, () => {
  let window
  let page
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    await page.locator('main h1').first().waitFor()
    await newToken(page)
    await visit(page, '#/connection/check')
  })
  after(() => window.close())

  it('says what it does and that there is no public address yet', async () => {
    await panel(page).getByText('There is no public address yet').waitFor()
    await panel(page).getByText('Not run yet').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('is run by the keyboard, its steps appear in order, and its end is told', async () => {
    const heard = await hear(page)
    await panel(page).getByRole('checkbox', { name: 'With a probe person' }).check()
    await panel(page).getByRole('button', { name: 'Run self-check' }).press('Enter')
    await panel(page).getByRole('button', { name: 'Run it again' }).waitFor()
    const names = await steps(page).locator('strong:first-of-type').allTextContents()
    for (const name of ['Name', 'Public address answers', 'Sign-in', 'Create the probe person', 'Delete the probe person']) assert.ok(names.includes(name), `${name} in ${names}`)
    const { ok, steps: told } = await ask(page, 'Check')
    assert.ok(ok)
    assert.equal(await steps(page).count(), told.length)
    await until(page, async () => (await heard()).some((text) => text.startsWith('Self-check: Passed')), 'that it was told')
    assert.deepEqual(await findings(page), [])
  })

  it('leaves no person, no change and no failure behind', async () => {
    const { people } = await ask(page, 'Snapshot')
    assert.deepEqual(people, { total: 0, active: 0, deleted: 0 })
    const { changes, failures } = await ask(page, 'Overview')
    assert.deepEqual([changes.length, failures], [0, 0])
  })

  it('is not in the list of requests: its report is its log', async () => {
    const { activity } = await ask(page, 'Snapshot')
    assert.equal(activity.last, 0)
    await visit(page, '#/activity?methods=GET')
    await page.getByText('No requests found').first().waitFor()
    await visit(page, '#/connection/check')
  })

  it('copies a report without a secret', async () => {
    await panel(page).getByRole('button', { name: 'Copy report' }).click()
    const clipboard = () => page.evaluate(() => globalThis.runtime.ClipboardGetText())
    await until(page, async () => (await clipboard()).startsWith('Self-check: Passed'), 'the report')
    const text = await clipboard()
    assert.ok(text.includes('Delete the probe person: OK') && !/sd[kac]_/.test(text), text)
  })

  it('names the step at which it stopped, who stopped it and what to do, and what it does not know as unknown', async () => {
    const other = await openPage(browser, window, { broken: breakCalls({ Check: `() => Promise.resolve(${stopped})` }) })
    await visit(other, '#/connection/check')
    await panel(other).getByText('Stopped at: Certificate and encryption').waitFor()
    await panel(other).getByText('It ran by itself after the tunnel had reconnected.').waitFor()
    const bad = steps(other).nth(2)
    await bad.getByText('Who stopped it: the certificate').waitFor()
    await bad.getByText('What to do').waitFor()
    await bad.getByText('CHECK_CERT_EXPIRED').waitFor()
    await steps(other).nth(3).getByText('Unknown').waitFor()
    assert.equal(await steps(other).nth(3).locator('.status.good').count(), 0)
    assert.deepEqual(await findings(other), [])
    await other.context().close()
  })

  it('says why it can not begin, and begins when tried again', async () => {
    const other = await openPage(browser, window, { broken: breakCalls({ StartCheck: `(real, person) => globalThis.well ? real(person) : ${refusal('CALL_TIMEOUT')}` }) })
    await visit(other, '#/connection/check')
    await panel(other).getByRole('button', { name: 'Run it again' }).click()
    await panel(other).getByRole('alert').getByText('CALL_TIMEOUT').waitFor()
    await other.evaluate(() => (globalThis.well = true))
    const before = (await ask(other, 'Check')).finished
    await panel(other).getByRole('button', { name: 'Run it again' }).click()
    await until(other, async () => (await ask(other, 'Check')).finished > before, 'another check')
    await other.context().close()
  })

  it('is stopped by a click while it runs', async () => {
    const broken = breakCalls({
      Check: `() => Promise.resolve({ ...${stopped}, running: !globalThis.cancelled, finished: globalThis.cancelled ? '2026-03-02T12:00:01.000Z' : '', failed: '', steps: [{ name: 'dns', state: 'running', took: 0, where: '', code: '', detail: '', facts: [] }] })`,
      CancelCheck: '() => ((globalThis.cancelled = true), Promise.resolve())',
    })
    const other = await openPage(browser, window, { broken, width: 640, height: 400 })
    await visit(other, '#/connection/check')
    await panel(other).getByText('Step 1 of 1: Name').waitFor()
    await panel(other).getByRole('button', { name: 'Stop' }).press('Enter')
    await panel(other).getByText('Stopped by you').waitFor()
    await other.context().close()
  })
})
