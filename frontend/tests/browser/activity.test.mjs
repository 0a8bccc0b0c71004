import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { ask, breakCalls, findings, launch, newToken, openPage, openWindow, rehearse, until, visit } from './window.mjs'

const grid = (page) => page.getByRole('grid')
const panel = (page) => page.getByRole('complementary', { name: 'Request details' })
const field = (page) => page.getByRole('combobox', { name: 'Filter requests' })
const rows = (page) => page.locator('.grid-rows .row')
const rowCount = async (page) => Number(await grid(page).getAttribute('aria-rowcount')) - 1
/** The same while an open menu hides the list from assistive technology. */
const shownCount = async (page) => Number(await page.locator('[role=grid]').getAttribute('aria-rowcount')) - 1
const scrollTop = (page) => grid(page).evaluate((el) => el.scrollTop)
const active = (page) => grid(page).getAttribute('aria-activedescendant')
const follow = (page) => page.getByRole('button', { name: 'Follow', exact: true })
const newest = async (page) => (await ask(page, 'Snapshot')).activity.last
const clipboard = (page) => page.evaluate(() => globalThis.runtime.ClipboardGetText())
const hash = (page) => page.evaluate(() => location.hash)

const any = { outcomes: [], methods: [], actions: [], status: 0, person: '', resource: '', text: '', from: '', until: '' }
/** Sends requests one after the other, until they stand in the log: what only reads is on disk a moment after it was answered. */
async function logged(page, ...sends) {
  const before = await newest(page)
  for (const send of sends) await send()
  await until(page, async () => (await newest(page)) === before + sends.length, 'the requests in the log')
}
/** Waits until the list shows the whole log, and says how long it is. */
async function whole(page) {
  await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
  return rowCount(page)
}
/** Waits until a row is in view, below the list's head. */
const inView = (page, row) =>
  until(page, async () => {
    const [it, list] = await Promise.all([row.boundingBox(), grid(page).boundingBox()])
    return it !== null && it.y >= list.y + 32 && it.y + it.height <= list.y + list.height
  }, 'the row in view')

/** The newest requests that a filter finds, as the backend says. */
const find = async (page, filter, limit = 10_000) => (await ask(page, 'FindActivity', { filter: { ...any, ...filter }, before: 0, after: 0, limit })).seqs

function client(address, secret) {
  const send = (method, path, body, token = secret) =>
    fetch(address + path, {
      method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' }, ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const user = (userName) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, displayName: userName, active: true })
  return {
    read: () => send('GET', '/Users?count=1').then((r) => r.status),
    refused: () => send('GET', '/Users?count=1', null, 'sdk_wrong').then((r) => r.status),
    create: async (userName) => (await (await send('POST', '/Users', user(userName))).json()).id,
    again: (userName) => send('POST', '/Users', user(userName)).then((r) => r.status),
    title: (id, title) =>
      send('PATCH', `/Users/${id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'title', value: title }] }).then((r) => r.status),
  }
}

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the activity page', { timeout: 300_000 }, () => {
  let window
  let page
  let address
  let secret
  let entra
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    await visit(page, '#/activity')
    address = (await ask(page, 'Snapshot')).address
    secret = await newToken(page)
    entra = client(address, secret)
  })
  after(() => window.close())

  it('says that there is nothing yet, and what to do', async () => {
    await page.getByText('No requests yet').waitFor()
    await page.getByText('In Entra press Test Connection').waitFor()
    await page.getByRole('button', { name: 'Open Connection' }).waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('shows each request of a rehearsal as it arrives, in order, following the newest', async () => {
    await page.evaluate(() => {
      globalThis.lengths = []
      globalThis.eye = new MutationObserver(() => globalThis.lengths.push(Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? 0)))
      globalThis.eye.observe(document.getElementById('main'), { subtree: true, childList: true, attributeFilter: ['aria-rowcount'] })
    })
    await rehearse(window, address, secret, '--people', '200', '--groups', '12', '--cycles', '1')
    const lengths = await page.evaluate(() => (globalThis.eye.disconnect(), [...new Set(globalThis.lengths)]))
    assert.ok(lengths.length >= 3, 'rows came while the rehearsal ran')
    assert.deepEqual(lengths, lengths.toSorted((a, b) => a - b))
    await entra.create('end@office.example') // it carries to the disk all that waits
    assert.ok((await whole(page)) > 500)
    await page.locator(`#request-${await newest(page)}`).waitFor()
    assert.equal(await page.locator('.grid .bone').count(), 0)
  })

  it('never moves the view when a row is open, counts what is new, and goes on with End', async () => {
    const last = await whole(page)
    await page.locator(`#request-${last - 3}`).click()
    await panel(page).waitFor()
    const before = await scrollTop(page)
    await logged(page, ...Array(5).fill(entra.read))
    await until(page, async () => (await rowCount(page)) === last + 5, 'the rows')
    await page.getByRole('button', { name: /[3-5] new requests/ }).waitFor()
    assert.equal(await scrollTop(page), before)
    assert.equal(await active(page), `request-${last - 3}`)
    await grid(page).focus()
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown')
    assert.equal(await active(page), `request-${last + 5}`)
    await inView(page, page.locator('.grid-rows .row.active'))
    await page.getByRole('button', { name: /new request/ }).waitFor({ state: 'detached' }) // all of them are in view
    await page.keyboard.press('End')
    await panel(page).waitFor({ state: 'detached' })
    await page.locator(`#request-${await newest(page)}`).waitFor()
    assert.equal(await follow(page).getAttribute('aria-pressed'), 'true')
  })

  it('turns follow off by scrolling, and only then', async () => {
    await logged(page, entra.read)
    await page.setViewportSize({ width: 1280, height: 640 })
    await inView(page, page.locator(`#request-${await whole(page)}`))
    await page.setViewportSize({ width: 1280, height: 800 })
    await inView(page, page.locator(`#request-${await whole(page)}`))
    // The grid's own scrolling is told in the next frame; by then the window may have become lower.
    await grid(page).evaluate((el) => {
      el.style.flex = 'none'
      el.style.height = '300px'
      el.dispatchEvent(new Event('scroll'))
    })
    await inView(page, page.locator(`#request-${await whole(page)}`))
    await grid(page).evaluate((el) => el.removeAttribute('style'))
    await inView(page, page.locator(`#request-${await whole(page)}`))
    assert.equal(await follow(page).getAttribute('aria-pressed'), 'true')
    await grid(page).hover()
    await page.mouse.wheel(0, -200)
    await until(page, async () => (await follow(page).getAttribute('aria-pressed')) === 'false', 'follow off')
    await follow(page).click()
    await inView(page, page.locator(`#request-${await whole(page)}`))
  })

  it('freezes when paused and says that receiving goes on', async () => {
    await grid(page).focus()
    await page.keyboard.press('p')
    await page.getByText('Receiving goes on').waitFor()
    const before = await rowCount(page)
    await logged(page, entra.read)
    await page.getByRole('button', { name: '1 new request', exact: true }).waitFor()
    assert.equal(await rowCount(page), before)
    await page.keyboard.press('p')
    await until(page, async () => (await rowCount(page)) > before, 'the row that came meanwhile')
  })

  it('goes through the list by keyboard, opens a row with Enter, and closes it with Escape', async () => {
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.locator('#request-1').waitFor()
    await page.keyboard.press('ArrowDown')
    assert.equal(await active(page), 'request-2')
    assert.equal(await page.locator('#request-2').getAttribute('aria-selected'), 'true')
    assert.equal(await page.locator('#request-2').getAttribute('aria-rowindex'), '3')
    await page.keyboard.press('PageDown')
    assert.match(await active(page), /request-\d+/)
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await panel(page).waitFor()
    assert.match(await hash(page), /^#\/activity\/1\b/)
    await page.keyboard.press('Alt+ArrowDown')
    await until(page, async () => /\/activity\/2\b/.test(await hash(page)), 'the next request')
    await panel(page).getByRole('tab', { name: 'Response' }).click()
    await panel(page).getByText('"schemas"').waitFor()
    await page.keyboard.press('Escape')
    await panel(page).waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'grid')
    assert.equal(await active(page), 'request-2')
    await page.keyboard.press('Escape')
    assert.equal(await active(page), null)
  })

  it('opens a request by its address, however far away, and says so of one there never was', async () => {
    await visit(page, '#/activity/40/request')
    await page.locator('#request-40').waitFor()
    await panel(page).waitFor()
    await inView(page, page.locator('#request-40'))
    await visit(page, '#/activity/9999999')
    await panel(page).getByText('There is no such request').waitFor()
    await visit(page, '#/activity')
  })

  it('says why a request failed, what to do, and leads to who is in the way', async () => {
    const id = await entra.create('taken@office.example')
    await logged(page, async () => assert.equal(await entra.again('taken@office.example'), 409))
    const [refusal] = await find(page, { status: 409 })
    await grid(page).focus()
    await page.keyboard.press('End')
    await page.locator(`#request-${refusal}`).filter({ hasText: 'uniqueness' }).click()
    await panel(page).getByText('What to do').waitFor()
    await panel(page).getByText('is already used by user').waitFor()
    assert.deepEqual(await findings(page), [])
    await panel(page).getByRole('button', { name: 'Show who has it' }).click()
    await until(page, async () => (await hash(page)).startsWith(`#/people/${id}`), 'the person')
    await page.goBack()
    await logged(page, entra.refused)
    await visit(page, '#/activity')
    await grid(page).focus()
    await page.keyboard.press('End')
    const [stranger] = await find(page, { status: 401 })
    await page.locator(`#request-${stranger}`).filter({ hasText: 'Failure 401' }).click()
    await panel(page).getByRole('button', { name: 'Open Connection' }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('shows what changed, from what to what, and whose', async () => {
    const id = await entra.create('mover@office.example')
    await entra.title(id, 'Clerk')
    await entra.title(id, 'Head of Sales')
    await until(page, async () => (await find(page, { resource: id, actions: ['update'] })).length === 2, 'both changes')
    const [seq] = await find(page, { resource: id, actions: ['update'] })
    await visit(page, `#/activity/${seq}/changes`)
    await panel(page).locator('del', { hasText: 'Clerk' }).waitFor()
    await panel(page).locator('ins', { hasText: 'Head of Sales' }).waitFor()
    await panel(page).getByRole('link', { name: 'mover@office.example' }).click()
    await until(page, async () => (await hash(page)).startsWith(`#/people/${id}`), 'the person')
  })

  it('copies a request as a command that runs without showing the token', async () => {
    const id = await entra.create('curl@office.example')
    await entra.title(id, "O'Neill $HOME \"quoted\"")
    await until(page, async () => (await find(page, { resource: id, actions: ['update'] })).length === 1, 'the change')
    const [seq] = await find(page, { resource: id, actions: ['update'] })
    await visit(page, `#/activity/${seq}`)
    await panel(page).getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('menuitem', { name: 'As cURL', exact: true }).click()
    await until(page, async () => (await clipboard(page)).startsWith('curl'), 'the command')
    const command = await clipboard(page)
    assert.ok(!command.includes(secret) && command.includes('$SCIM_TOKEN'))
    await entra.title(id, 'something else')
    await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, SCIM_TOKEN: secret } })
    const person = await ask(page, 'Person', id)
    assert.equal(JSON.parse(person.json).title, "O'Neill $HOME \"quoted\"")
    await panel(page).getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('menuitem', { name: 'As cURL for PowerShell' }).click()
    await until(page, async () => (await clipboard(page)) !== command, 'the other command')
    assert.ok(!(await clipboard(page)).includes(secret) && (await clipboard(page)).includes('SCIM_TOKEN'))
    await page.locator(`#request-${seq}:not([aria-busy])`).click()
    await grid(page).focus()
    await page.keyboard.press('Control+c')
    await until(page, async () => (await clipboard(page)).includes('Request: PATCH'), 'the row')
    await page.keyboard.press('Control+Shift+c')
    await until(page, async () => (await clipboard(page)) === command, 'the command again')
  })

  it('filters by its little language, by keyboard alone, with suggestions', async () => {
    await visit(page, '#/activity')
    await grid(page).waitFor()
    await page.keyboard.press('Control+f')
    await until(page, () => field(page).evaluate((el) => el === document.activeElement), 'the field has the focus')
    await page.keyboard.type('sta')
    await page.getByRole('option', { name: /^status:/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    // Who types on before the next frame does so behind what was taken.
    const [text, caret] = await field(page).evaluate(async (el) => {
      el.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      await null
      document.execCommand('insertText', false, 'fail')
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      return [el.value, el.selectionStart]
    })
    assert.deepEqual([text, caret], ['status:fail', 11])
    const first = await page.getByRole('option', { name: /status:failure/ }).getAttribute('id')
    await page.keyboard.press('ArrowDown')
    assert.equal(await field(page).getAttribute('aria-activedescendant'), first)
    await page.keyboard.press('Enter')
    assert.equal(await field(page).inputValue(), 'status:failure ')
    const failed = await find(page, { outcomes: ['failure'] })
    await until(page, async () => (await rowCount(page)) === failed.length, 'the failures')
    assert.equal(await hash(page), '#/activity?outcomes=failure')
    await page.getByText(`${failed.length} of ${(await newest(page)).toLocaleString('en')}`, { exact: true }).waitFor()
    for (const id of await rows(page).evaluateAll((all) => all.map((el) => Number(el.id.replace('request-', ''))))) assert.ok(failed.includes(id))
    await page.keyboard.type('code:401')
    const refused = await find(page, { outcomes: ['failure'], status: 401 })
    await until(page, async () => (await rowCount(page)) === refused.length, 'the refused ones')
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    assert.equal(await field(page).inputValue(), '')
    await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
    await page.keyboard.type('status:fine ')
    await page.keyboard.press('Enter')
    await page.getByText("status:fine can't be used").waitFor()
    assert.equal(await field(page).getAttribute('aria-invalid'), 'true')
    await page.keyboard.press('Escape')
  })

  it('filters by chips and menus with the mouse, takes chips away, and keeps the way back', async () => {
    await visit(page, '#/activity')
    await page.getByRole('button', { name: 'Creates' }).click()
    await until(page, async () => (await rowCount(page)) === (await find(page, { actions: ['create'] })).length, 'the creates')
    assert.equal(await field(page).inputValue(), 'action:create')
    await page.getByRole('button', { name: 'Status', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Failure' }).click()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('Escape')
    await until(page, async () => (await rowCount(page)) === (await find(page, { actions: ['create'], outcomes: ['failure'] })).length, 'the failed creates')
    await page.getByRole('button', { name: /Action: Create/ }).last().click()
    await until(page, async () => (await rowCount(page)) === (await find(page, { outcomes: ['failure'] })).length, 'all failures')
    assert.equal(await field(page).inputValue(), 'status:failure')
    await page.goBack()
    await until(page, async () => (await field(page).inputValue()) === 'status:failure action:create', 'the filter before')
    await page.getByRole('button', { name: 'Person', exact: true }).click()
    await page.getByRole('textbox', { name: 'Person' }).fill('taken@')
    await page.getByRole('button', { name: /taken@office.example/ }).click()
    await until(page, async () => (await rowCount(page)) === 1, 'the one of that person')
    await page.getByRole('button', { name: 'Clear filter' }).last().click()
    await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
  })

  it('filters by method, by mouse and by keyboard', async () => {
    const patches = (await find(page, { methods: ['PATCH'] })).length
    const both = (await find(page, { methods: ['POST', 'PATCH'] })).length
    assert.ok(patches > 0 && both > patches)
    await visit(page, '#/activity')
    await page.getByRole('button', { name: 'Method', exact: true }).click()
    await page.getByRole('checkbox', { name: 'PATCH' }).click()
    await until(page, async () => (await shownCount(page)) === patches, 'the patches')
    await page.getByRole('checkbox', { name: 'POST' }).focus()
    await page.keyboard.press('Space')
    await until(page, async () => (await shownCount(page)) === both, 'the creates too')
    await page.keyboard.press('Escape')
    assert.equal(await field(page).inputValue(), 'method:post,patch')
    await field(page).focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('method:patch ')
    await until(page, async () => (await rowCount(page)) === patches, 'the patches by keyboard')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
  })

  it('filters by time: by what was just now, by from and until, and by typing', async () => {
    const all = await newest(page)
    const { rows: half } = await ask(page, 'ActivityAt', [Math.floor(all / 2)])
    const middle = half[0].at
    const after = (await find(page, { from: middle })).length
    const before = (await find(page, { until: middle })).length
    assert.ok(after > 0 && before > 0 && after + before === all, `${after} and ${before} of ${all}`)
    await visit(page, '#/activity')
    await page.getByRole('button', { name: 'Time', exact: true }).click()
    for (const [name, said] of [['Last hour', 'after:1h'], ['Last 24 hours', 'after:24h'], ['Last 7 days', 'after:7d'], ['Today', 'after:today']]) {
      await page.getByRole('radio', { name }).click()
      await until(page, async () => (await page.locator('[data-filter]').inputValue()) === said, said)
      if (name !== 'Today') await until(page, async () => (await shownCount(page)) === all, `all of the ${name}`)
    }
    await page.getByRole('radio', { name: 'Any time' }).press('Space')
    await until(page, async () => (await page.locator('[data-filter]').inputValue()) === '', 'no time')
    assert.equal(await page.getByLabel('Until', { exact: true }).count(), 0)
    await page.getByRole('radio', { name: 'Between…' }).click()
    await page.getByText('Not set', { exact: true }).nth(1).waitFor()
    await page.getByLabel('Until', { exact: true }).fill('2026-01-01T10:00')
    await until(page, async () => (await page.getByText('No requests found').count()) === 1, 'nothing so long ago')
    assert.equal(await page.locator('[data-filter]').inputValue(), 'before:2026-01-01T10:00')
    await page.getByLabel('Until', { exact: true }).fill('')
    await page.getByLabel('From', { exact: true }).fill('2026-01-01T10:00')
    await until(page, async () => (await shownCount(page)) === all, 'everything since')
    await page.keyboard.press('Escape')
    for (const [said, count] of [[`after:${middle} `, after], [`before:${middle} `, before]]) {
      await field(page).focus()
      await page.keyboard.press('Control+a')
      await page.keyboard.type(said)
      await until(page, async () => (await rowCount(page)) === count, said)
    }
    await visit(page, '#/activity')
  })

  it('filters by words that a request has, and finds nothing by others', async () => {
    const named = (await find(page, { text: 'taken@office.example' })).length
    const failed = (await find(page, { text: 'taken uniqueness', outcomes: ['failure'] })).length
    assert.ok(named > 0 && failed === 0)
    await visit(page, '#/activity')
    await field(page).fill('taken@office.example')
    await until(page, async () => (await rowCount(page)) === named, 'those with the word')
    await rows(page).first().locator('mark', { hasText: 'taken' }).first().waitFor()
    await field(page).fill('taken@office.example nowhere')
    await page.getByText('No requests found').waitFor()
    await field(page).press('Escape')
    await field(page).press('Escape')
    await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
  })

  it('keeps its filter and its place while another page is shown, and asks nothing meanwhile', async () => {
    // What counts unseen failures goes on asking for those alone.
    const counts = "(real, q) => { if (!q.filter?.outcomes?.includes('error')) globalThis.asked = (globalThis.asked ?? 0) + 1; return real(q) }"
    const other = await openPage(browser, window, { broken: breakCalls({ ActivityAt: counts, FindActivity: counts }) })
    await visit(other, '#/activity?methods=GET')
    await until(other, async () => (await rowCount(other)) === (await find(other, { methods: ['GET'] })).length, 'the reads')
    await grid(other).focus()
    await other.keyboard.press('Home')
    for (let i = 0; i < 60; i++) await other.keyboard.press('ArrowDown')
    await inView(other, other.locator('.grid-rows .row.active'))
    const [place, row] = [await scrollTop(other), await active(other)]
    assert.ok(place > 0)
    await other.getByRole('button', { name: 'Connection', exact: true }).click()
    await other.getByRole('heading', { level: 1, name: 'Connection' }).waitFor()
    await other.evaluate(() => (globalThis.asked = 0))
    await logged(other, ...Array(30).fill(async () => assert.equal(await entra.read(), 200)), entra.refused)
    await other.getByRole('button', { name: /^Activity.*1/ }).waitFor() // the page has heard of the last of them
    assert.equal(await other.evaluate(() => globalThis.asked), 0)
    await other.getByRole('button', { name: /^Activity/ }).click()
    await until(other, async () => (await rowCount(other)) === (await find(other, { methods: ['GET'] })).length, 'the reads, with the new ones')
    assert.equal(await field(other).inputValue(), 'method:get')
    assert.equal(await hash(other), '#/activity?methods=GET')
    await until(other, async () => (await scrollTop(other)) === place, 'the place')
    assert.equal(await active(other), row)
    await visit(other, '#/overview')
    await visit(other, '#/activity?actions=create')
    assert.equal(await field(other).inputValue(), 'action:create')
    await other.context().close()
  })

  it('makes a filter of what it shows of a request, and goes back to its surroundings', async () => {
    const [seq] = await find(page, { status: 401 })
    await visit(page, `#/activity/${seq}`)
    await panel(page).getByRole('button', { name: 'Only requests with 401' }).click()
    await until(page, async () => (await rowCount(page)) === (await find(page, { status: 401 })).length, 'those alike')
    await panel(page).waitFor()
    assert.equal(await active(page), `request-${seq}`)
    await panel(page).getByRole('button', { name: 'Show around this' }).click()
    await until(page, async () => (await rowCount(page)) === (await newest(page)), 'all requests')
    await page.locator(`#request-${seq - 1}`).waitFor()
    assert.equal(await active(page), `request-${seq}`)
    await page.keyboard.press('Escape')
  })

  it('follows, pauses and counts in the filtered list too, and moves nothing', async () => {
    await visit(page, '#/activity?actions=create,update')
    await until(page, async () => (await rowCount(page)) === (await find(page, { actions: ['create', 'update'] })).length, 'the changes')
    const count = await rowCount(page)
    const id = await entra.create('follow@office.example')
    await until(page, async () => (await rowCount(page)) === count + 1, 'the new one')
    const [seq] = await find(page, { resource: id, actions: ['create'] })
    await page.locator(`#request-${seq}`).waitFor()
    await entra.read()
    await page.locator(`#request-${seq}`).click()
    const before = await scrollTop(page)
    for (const title of ['One', 'Two', 'Three']) await entra.title(id, title)
    await entra.read()
    await page.getByRole('button', { name: '3 new requests' }).waitFor()
    assert.equal(await scrollTop(page), before)
    await page.getByRole('button', { name: '3 new requests' }).click()
    await until(page, async () => (await rowCount(page)) === count + 4, 'all of them')
    await grid(page).focus()
    await page.keyboard.press('p')
    await entra.title(id, 'Four')
    await page.getByRole('button', { name: '1 new request' }).waitFor()
    assert.equal(await rowCount(page), count + 4)
    await page.keyboard.press('p')
    await until(page, async () => (await rowCount(page)) === count + 5, 'what came meanwhile')
  })

  it('says that nothing was found only when it has looked at all, and names the filter', async () => {
    await visit(page, '#/activity?text=nosuchthing&outcomes=failure')
    await page.getByText('No requests found').waitFor()
    await page.getByText('Nothing in the log matches Status: Failure, Word: nosuchthing.').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('main').getByRole('button', { name: 'Clear filter' }).last().click()
    await grid(page).waitFor()
  })

  it('keeps chosen columns and the place of the panel', async () => {
    await visit(page, '#/activity')
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Method' }).click()
    await page.keyboard.press('Escape')
    await grid(page).getByRole('columnheader', { name: 'Method' }).waitFor()
    await page.locator(`#request-${await newest(page)}`).click()
    await panel(page).getByRole('button', { name: 'Dock at the bottom' }).click()
    await until(page, async () => (await panel(page).boundingBox()).y > (await grid(page).boundingBox()).y + 100, 'the panel below')
    await page.reload()
    await grid(page).getByRole('columnheader', { name: 'Method' }).waitFor()
    await until(page, async () => (await panel(page).boundingBox()).y > (await grid(page).boundingBox()).y + 100, 'the panel still below')
    await panel(page).getByRole('button', { name: 'Dock at the right' }).click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitem', { name: 'Reset columns' }).click()
    await grid(page).getByRole('columnheader', { name: 'Method' }).waitFor({ state: 'detached' })
    await visit(page, '#/activity')
  })

  it('shows request and response side by side where there is room, as they came if wished', async () => {
    const wide = await openPage(browser, window, { width: 1600, height: 900 })
    const [seq] = await find(wide, { actions: ['update'], methods: ['PATCH'] })
    await visit(wide, `#/activity/${seq}/response`)
    await panel(wide).getByRole('tab', { name: 'Request and response' }).waitFor()
    const bodies = panel(wide).locator('.body-text')
    await until(wide, async () => (await bodies.count()) === 2, 'both bodies')
    assert.ok((await bodies.first().textContent()).includes('\n  "schemas"'))
    await panel(wide).getByRole('button', { name: 'Raw' }).first().click()
    const raw = await ask(wide, 'ActivityDetail', seq)
    await until(wide, async () => (await bodies.first().textContent()) === raw.request, 'the request as it came')
    assert.deepEqual(await findings(wide), [])
    await panel(wide).getByRole('button', { name: 'Pretty' }).first().click()
    await wide.context().close()
  })

  for (const dark of [false, true]) {
    it(`has nothing for axe to find, and nothing cut off, at 900 by 600 in ${dark ? 'dark' : 'light'}`, async () => {
      const small = await openPage(browser, window, { dark, width: 900, height: 600 })
      const [seq] = await find(small, { status: 409 })
      await visit(small, `#/activity/${seq}?outcomes=failure,error&person=taken`)
      await panel(small).getByText('What to do').waitFor()
      assert.deepEqual(await findings(small), [])
      const size = await small.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
      assert.deepEqual(size, [900, 600])
      await small.context().close()
    })
  }
})

describe('the activity page when calls are slow or fail', { timeout: 180_000 }, () => {
  const reject = (code) => `Promise.reject(new Error('{"code":"${code}","message":""}'))`
  let window
  before(async () => {
    window = await openWindow()
    const page = await openPage(browser, window)
    const { address } = await ask(page, 'Snapshot')
    const entra = client(address, await newToken(page))
    await Promise.all(Array.from({ length: 60 }, () => entra.read()))
    await until(page, async () => (await newest(page)) === 60, 'the requests')
    await logged(page, entra.refused)
    await page.context().close()
  })
  after(() => window.close())

  it('names the reason when rows can not be read, and reads them when tried again', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ ActivityAt: `(real, q) => globalThis.sick === false ? real(q) : ${reject('DB_LOCKED')}` }) })
    await visit(page, '#/activity')
    await page.getByText('Another program holds the database').waitFor()
    await page.getByText('DB_LOCKED').waitFor()
    await page.evaluate(() => (globalThis.sick = false))
    await page.getByRole('button', { name: 'Try again' }).click()
    await rows(page).filter({ hasText: '401' }).first().waitFor()
    await page.context().close()
  })

  it('says that a command could not be copied, and copies it when tried again', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ ActivityDetail: `(real, q) => globalThis.sick === false ? real(q) : ${reject('DB_LOCKED')}` }) })
    await visit(page, '#/activity')
    await rows(page).filter({ hasText: '401' }).first().waitFor()
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.locator('#request-1:not([aria-busy])').waitFor()
    await page.keyboard.press('Control+Shift+c')
    await page.getByText('DB_LOCKED').waitFor()
    await page.evaluate(() => (globalThis.sick = false))
    await page.getByRole('button', { name: 'Try again' }).click()
    await until(page, async () => (await clipboard(page)).startsWith('curl'), 'the command')
    await page.getByText('DB_LOCKED').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('says in the smallest window why the panel can not stand at the bottom', async () => {
    const page = await openPage(browser, window, { width: 900, height: 600 })
    await visit(page, '#/activity/61')
    const dock = panel(page).getByRole('button', { name: 'Dock at the bottom' })
    assert.equal(await dock.getAttribute('aria-disabled'), 'true')
    assert.match(await dock.getAttribute('title'), /no room at the bottom/)
    await page.context().close()
  })

  it('keeps the list when one request can not be read, and reads it when tried again', async () => {
    const page = await openPage(browser, window, { broken: breakCalls({ ActivityDetail: `(real, q) => globalThis.sick === false ? real(q) : ${reject('CALL_TIMEOUT')}` }) })
    await visit(page, '#/activity/61')
    await panel(page).getByText('CALL_TIMEOUT').waitFor()
    await rows(page).filter({ hasText: '401' }).first().waitFor()
    await page.evaluate(() => (globalThis.sick = false))
    await panel(page).getByRole('button', { name: 'Try again' }).click()
    await panel(page).getByText('CALL_TIMEOUT').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('tells how far a long search is, shows matches meanwhile without moving them, and drops it when the filter changes', async () => {
    const held = "async (real, q) => { while (q.before > 0 && q.before < 45 && q.filter.status === 0 && !globalThis.released) await new Promise((next) => setTimeout(next, 20)); return real({ ...q, limit: 10 }) }"
    const page = await openPage(browser, window, { broken: breakCalls({ FindActivity: held }) })
    await visit(page, '#/activity?outcomes=success')
    await page.getByText(/searching… \d+/).waitFor()
    await page.locator('#request-60').click()
    const at = (await page.locator('#request-60').boundingBox()).y
    const began = await rowCount(page)
    await page.evaluate(() => (globalThis.released = true))
    await until(page, async () => (await rowCount(page)) === 60 && began < 60, 'more matches')
    assert.equal((await page.locator('#request-60').boundingBox()).y, at, 'the open row moved')
    await page.evaluate(() => (globalThis.released = false))
    await visit(page, '#/activity?outcomes=success&methods=GET')
    await page.getByText(/searching… \d+/).waitFor()
    await field(page).fill('code:401')
    await until(page, async () => (await rowCount(page)) === 1, 'the one of the other filter')
    await page.getByText(/searching…/).waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('keeps what was found when the search fails, and goes on when tried again', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ FindActivity: `(real, q) => q.before > 0 && q.before < 50 && globalThis.sick !== false ? ${reject('DB_FAILING')} : real({ ...q, limit: 5 })` }),
    })
    await visit(page, '#/activity?outcomes=success')
    await page.getByText('DB_FAILING').waitFor()
    assert.ok((await rowCount(page)) > 0)
    await page.evaluate(() => (globalThis.sick = false))
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await until(page, async () => (await rowCount(page)) === 60, 'all matches')
    await page.context().close()
  })

  it('says that older requests were removed, and opens none of them', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Snapshot: 'async (real) => ({ ...(await real()), activity: { first: 21, last: 61 } })', ActivityDetail: `(real, seq) => real(seq < 21 ? 999999 : seq)` }),
    })
    await visit(page, '#/activity/5')
    await page.getByText('Older requests were removed').waitFor()
    await panel(page).getByText('no longer in the log').waitFor()
    await until(page, async () => (await rowCount(page)) === 41, 'the rows that are left')
    await page.context().close()
  })

  it('scrolls through a million rows and keeps few of them', async () => {
    const head = '{ first: 1, last: 1000000 }'
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: `async (real) => ({ ...(await real()), activity: ${head} })`,
        ActivityAt: `async (real, seqs) => ({ ...(await real(seqs)), head: ${head}, rows: seqs.map((seq) => ({
          seq, requestId: 'r', at: '2026-03-01T10:00:00.000Z', took: 3, method: 'PATCH', target: '/scim/v2/Users/1', status: 200, outcome: 'success',
          action: 'update', type: 'User', id: '1', identity: 'Row ' + seq, scimType: '', detail: '', remote: '', userAgent: '', via: 'tunnel', unlike: [], lastFour: '' })) })`,
      }),
    })
    await visit(page, '#/activity')
    await page.locator('#request-1000000', { hasText: 'Row 1000000' }).waitFor()
    for (const part of [0, 0.25, 0.5, 0.999]) {
      await grid(page).evaluate((el, part) => (el.scrollTop = (el.scrollHeight - el.clientHeight) * part), part)
      await until(page, () => grid(page).evaluate((el) => {
        const frame = el.getBoundingClientRect()
        const shown = [...el.querySelectorAll('.grid-rows .row')].filter((row) => {
          const box = row.getBoundingClientRect()
          return box.top >= frame.top + 32 && box.bottom <= frame.bottom
        })
        return shown.length > 5 && shown.every((row) => row.textContent.includes(`Row ${row.id.replace('request-', '')}`))
      }), `rows at ${part}`)
    }
    assert.ok((await rows(page).count()) < 60)
    await page.context().close()
  })
})
