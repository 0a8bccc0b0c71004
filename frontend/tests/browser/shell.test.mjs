// What stands around every page: navigation, palette, keyboard, status bar, messages; and what is shown when nothing can be opened.
import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ask, breakCalls, daemon, findings, launch, look, newToken, openPage, openWindow, refusal, until, visit } from './window.mjs'

const names = ['Overview', 'Activity', 'People', 'Groups', 'Connection', 'ID tools', 'Settings', 'Set-up']

const nav = (page, name) => page.getByRole('navigation').getByRole('button', { name })
const bar = (page) => page.getByRole('contentinfo')
const palette = (page) => page.getByRole('combobox', { name: 'Search people, groups, requests, settings' })
const option = (page, name) => page.getByRole('option', { name })
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute('aria-label') || document.activeElement?.tagName)
const current = (page) => page.getByRole('navigation').locator('[aria-current=page]').textContent()

const scim = (address, secret, path, body) =>
  fetch(`${address}${path}`, {
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/scim+json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  }).then((r) => r.status)

const person = (userName, displayName) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, displayName, active: true })

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

describe('the frame', { timeout: 240_000 }, () => {
  let window
  let page
  let address
  before(async () => {
    window = await openWindow()
    page = await openPage(browser, window)
    await nav(page, 'Overview').waitFor()
    address = (await ask(page, 'Snapshot')).address
  })
  beforeEach(async () => {
    if ((await page.getByRole('dialog').count()) > 0) await page.reload()
    await look(page, { width: 1280, height: 800 })
  })
  after(() => window.close())

  it('leads to each page by mouse and by key, and tells which one it is', async () => {
    for (const [i, name] of names.entries()) {
      await nav(page, name).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
      assert.equal(await current(page), name)
      const other = (i + 3) % names.length
      await page.keyboard.press(`Control+${other + 1}`)
      // The guide leads on to the step at hand.
      const title = names[other] === 'Set-up' ? 'Entra plan and role' : names[other]
      await until(page, async () => (await focused(page)) === title, 'the focus on the title')
      assert.equal(await page.title(), `${names[other]} - ScimDesk`)
    }
    await page.keyboard.press('Alt+ArrowLeft')
    await until(page, async () => (await current(page)) === names.at(-1), 'the page before')
  })

  it('lets the keyboard past the navigation', async () => {
    const fresh = await openPage(browser, window)
    await nav(fresh, 'Overview').waitFor()
    await fresh.keyboard.press('Tab')
    assert.equal(await focused(fresh), "Go to the page's content")
    await fresh.keyboard.press('Enter')
    await until(fresh, async () => (await focused(fresh)) === 'Overview', 'the focus on the title')
    await fresh.context().close()
  })

  it('goes from pane to pane by F6, there and back', async () => {
    const pane = () => page.evaluate(() => document.activeElement?.closest('#navigation, #main, #status-bar')?.id)
    await visit(page, '#/people')
    await page.getByRole('heading', { name: 'People', level: 1 }).focus()
    const seen = []
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('F6')
      seen.push(await pane())
    }
    assert.deepEqual(seen, ['status-bar', 'navigation', 'main'])
    await page.keyboard.press('Shift+F6')
    assert.equal(await pane(), 'navigation')
  })

  it('says what it knows and no more: no token, nothing yet, receiving, refused', async () => {
    await bar(page).getByRole('button', { name: 'No token' }).waitFor()
    const secret = await newToken(page)
    await bar(page).getByRole('button', { name: 'Waiting for the first request' }).waitFor()
    await bar(page).getByRole('button', { name: `Token ends in ${secret.slice(-4)}` }).waitFor()
    assert.equal(await bar(page).locator('.status.good').count(), 0)
    assert.equal(await scim(address, secret, '/Users?count=1'), 200)
    await bar(page).getByRole('button', { name: 'Receiving' }).waitFor()
    assert.equal(await scim(address, secret, '/Users', person('anna@contoso.example', 'Anna Ärztin')), 201)
    await bar(page).getByRole('button', { name: '1 person, 0 groups' }).waitFor()
    assert.equal(await scim(address, 'sdk_wrong', '/Users?count=1'), 401)
    await page.getByRole('main').getByText('A request with a wrong token was refused').waitFor()
    await page.getByRole('button', { name: 'Show the request' }).click()
    await until(page, async () => (await current(page)).startsWith('Activity'), 'the refused request')
    assert.equal(await scim(address, secret, '/Users?count=1'), 200)
    await page.getByRole('main').getByText('A request with a wrong token was refused').waitFor({ state: 'detached' })
    await bar(page).getByRole('button', { name: 'Receiving' }).click()
    await until(page, async () => (await current(page)) === 'Overview', 'the page of the cell')
  })

  it('counts failures that nobody has seen, until the requests are looked at', async () => {
    await visit(page, '#/people')
    for (let i = 0; i < 2; i++) await scim(address, 'sdk_wrong', '/Users?count=1')
    await nav(page, 'Activity, 2 failures not seen yet').click()
    await nav(page, 'Activity').waitFor()
    await visit(page, '#/people')
    assert.equal(await nav(page, /not seen yet/).count(), 0)
  })

  it('shows icons with names where it is narrow', async () => {
    await look(page, { width: 900, height: 600 })
    await nav(page, 'People').click()
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
    await nav(page, 'Groups').hover()
    await page.getByRole('tooltip', { name: 'Groups' }).waitFor()
    assert.ok((await nav(page, 'People').boundingBox()).width < 60)
    await page.mouse.move(450, 300) // the tooltip would be over what comes next
    await page.getByRole('tooltip').waitFor({ state: 'hidden' })
  })

  it('finds pages, people, groups and requests by keyboard alone', async () => {
    await visit(page, '#/overview')
    await page.keyboard.press('Control+k')
    await palette(page).waitFor()
    assert.deepEqual(await findings(page), [])
    await page.keyboard.type('connec')
    await until(page, async () => (await page.locator('[role=option][aria-selected=true]').textContent()) === 'Connection', 'the page')
    await page.keyboard.press('Enter')
    await until(page, async () => (await focused(page)) === 'Connection', 'the page that was chosen')

    await page.keyboard.press('Control+k')
    await page.keyboard.type('arztin')
    await option(page, /Anna Ärztin/).waitFor()
    await until(page, async () => (await page.locator('[role=option][aria-selected=true]').textContent()).includes('Anna'), 'the person first')
    const active = await palette(page).getAttribute('aria-activedescendant')
    assert.equal(await page.locator('[role=option][aria-selected=true]').getAttribute('id'), active)
    assert.deepEqual(await findings(page), [])
    await page.keyboard.press('ArrowDown')
    await until(page, async () => (await page.locator('[role=option][aria-selected=true]').textContent()).startsWith('Search requests'), 'the next one')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await until(page, () => page.evaluate(() => /^#\/people\/.+/.test(location.hash)), 'the person')

    await page.keyboard.press('Control+k')
    await page.keyboard.type('nobody at all')
    await page.getByText('No person and no group has').waitFor()
    await page.keyboard.press('Enter')
    await until(page, () => page.evaluate(() => location.hash === '#/activity?text=nobody+at+all'), 'the requests')
  })

  it('finds by mouse, and gives the focus back when nothing was chosen', async () => {
    await visit(page, '#/groups')
    await page.getByRole('button', { name: /Search people, groups/ }).click()
    await palette(page).waitFor()
    await page.keyboard.press('Escape')
    await palette(page).waitFor({ state: 'detached' })
    await until(page, async () => (await focused(page)).startsWith('Search people'), 'the focus on the button')
    assert.equal(await page.locator('#root').getAttribute('aria-hidden'), null, 'the page is there again for screen readers')
    await page.keyboard.press('Enter')
    await option(page, 'Data folder').click()
    await until(page, async () => (await focused(page)) === 'Data folder', 'the focus on that part of the settings')
  })

  it('takes single characters only where nobody writes, and not at all if that is turned off', async () => {
    await visit(page, '#/people')
    await page.getByRole('heading', { level: 1, name: 'People' }).focus()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Help' })
    await help.waitFor()
    assert.deepEqual(await findings(page), [])
    const { keys } = JSON.parse(await readFile(new URL('../../src/locales/en/shell.json', import.meta.url), 'utf8'))
    assert.deepEqual((await help.locator('dt').allTextContents()).sort(), Object.values(keys.lines).sort())
    const caps = new Set(await help.locator('kbd').allTextContents())
    for (const cap of ['Ctrl', 'K', '/', '?', 'F', 'P', 'C', 'F1', 'F5', 'F6', 'Alt', 'Esc', 'Enter', 'Space', 'Home', 'End']) assert.ok(caps.has(cap), cap)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    const filter = page.locator('#main [data-filter]')
    await until(page, () => filter.evaluate((el) => el === document.activeElement), 'the focus in the filter')
    await page.keyboard.type('/?')
    assert.equal(await filter.inputValue(), '/?')
    assert.equal(await page.getByRole('dialog').count(), 0)
    await filter.fill('')
    await page.getByText('Anna Ärztin').first().waitFor()
    await visit(page, '#/settings')
    await page.getByRole('switch', { name: 'The keys /, ?, F and P work alone' }).click()
    await page.getByRole('heading', { level: 1 }).focus()
    await page.keyboard.press('?')
    await page.keyboard.press('F1')
    await page.getByRole('dialog', { name: 'Help' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('switch', { name: 'The keys /, ?, F and P work alone' }).click()
  })

  it('follows and pauses by F and P, unless that is turned off', async () => {
    const alone = page.getByRole('switch', { name: 'The keys /, ?, F and P work alone' })
    const follow = () => page.getByRole('button', { name: 'Follow', exact: true }).getAttribute('aria-pressed')
    const paused = page.getByText('The view is paused')
    for (const on of [false, true]) {
      await visit(page, '#/settings')
      await alone.setChecked(on)
      await visit(page, '#/activity?methods=GET') // another list than the one before
      await page.getByRole('grid').focus()
      const before = await follow()
      await page.keyboard.press('f')
      if (on) await until(page, async () => (await follow()) !== before, 'the other')
      assert.equal((await follow()) !== before, on)
      await page.keyboard.press('p')
      if (on) await paused.waitFor()
      assert.equal(await paused.count(), on ? 1 : 0)
    }
    await page.keyboard.press('p')
    await paused.waitFor({ state: 'detached' })
  })

  it('loads the list anew by F5, and not the window', async () => {
    const fresh = await openPage(browser, window, {
      broken: breakCalls({ People: "async (real, q) => { const got = await real(q); return { ...got, rows: got.rows.map((row) => ({ ...row, name: globalThis.renamed ?? row.name })) } }" }),
    })
    await visit(fresh, '#/people')
    await fresh.getByText('Anna Ärztin').first().waitFor()
    await fresh.evaluate(() => (globalThis.renamed = 'Anna Renamed'))
    await fresh.keyboard.press('F5')
    await fresh.getByText('Anna Renamed').first().waitFor()
    await fresh.context().close()
  })

  it('is light or dark as the system is, at once, unless one of them was chosen', async () => {
    await visit(page, '#/settings')
    const scheme = () => page.evaluate(() => {
      const [red] = getComputedStyle(document.querySelector('#root > .app')).backgroundColor.match(/\d+/g)
      return Number(red) > 128 ? 'light' : 'dark'
    })
    const system = (colorScheme) => page.emulateMedia({ colorScheme })
    const is = (wanted, why) => until(page, async () => (await scheme()) === wanted, why)
    await system('dark')
    await is('dark', 'the system in dark')
    await system('light')
    await is('light', 'the system in light')
    await system('dark')
    await page.getByRole('radio', { name: 'Light' }).click()
    await is('light', 'Light')
    await system('light')
    await page.getByRole('radio', { name: 'Dark' }).click()
    await is('dark', 'Dark')
    await page.getByRole('radio', { name: 'As the system' }).click()
    await is('light', 'the system again')
  })

  it('has nothing for axe to find, and nothing cut off, with its worst message at its smallest', async () => {
    assert.equal(await scim(address, 'sdk_wrong', '/Users?count=1'), 401)
    await page.getByRole('main').getByText('A request with a wrong token was refused').waitFor()
    for (const dark of [false, true]) {
      await look(page, { dark, width: 900, height: 600 })
      assert.deepEqual(await findings(page), [])
      const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])
      assert.deepEqual(size, [900, 600])
    }
  })
})

describe('a frame whose calls fail', { timeout: 120_000 }, () => {
  let window
  before(async () => (window = await openWindow()))
  after(() => window.close())

  it('keeps what it shows when the backend stops answering, and calls it unknown', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ Snapshot: `(real) => (globalThis.dead ? ${refusal('CALL_TIMEOUT')} : real())` }),
    })
    await bar(page).getByRole('button', { name: '0 people, 0 groups' }).waitFor()
    await page.evaluate(() => (globalThis.dead = true))
    await page.keyboard.press('F5')
    await page.getByRole('main').getByText('has not answered since').waitFor()
    await bar(page).getByRole('button', { name: '0 people, 0 groups' }).waitFor()
    await bar(page).getByRole('button', { name: 'Token unknown' }).waitFor()
    assert.equal(await page.locator('.status.good').count(), 0, 'what is not known is never green')
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.dead = false))
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.getByRole('main').getByText('has not answered since').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('shows the worst first, and one at a time', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: `async (real) => ({ ...(await real()), token: { exists: true, lastFour: 'k3Qz', created: '2026-01-01T00:00:00Z', lastUsed: '' },
          database: { state: globalThis.mended ? 'ok' : 'full', since: '2026-01-01T00:00:00Z', detail: '' },
          listener: { serving: false, since: '2026-01-01T00:00:00Z', listen: '', code: 'PORT_BUSY', message: '' } })`,
      }),
    })
    await page.getByText('The disk is full. Nothing can be saved').first().waitFor()
    assert.equal(await page.getByText('Another program uses the port').count(), 0)
    await bar(page).getByRole('button', { name: 'Not receiving' }).waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    await page.keyboard.press('F5')
    await page.getByText('Another program uses the port').first().waitFor()
    await page.getByRole('button', { name: 'Change the address' }).click()
    await until(page, async () => (await focused(page)) === 'Listen address', 'the setting')
    await page.context().close()
  })

  it('still finds pages when people can not be searched, and tries again', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({ People: `(real, q) => (globalThis.sick === false ? real(q) : ${refusal('DB_LOCKED')})` }),
    })
    await nav(page, 'Overview').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('set')
    await page.getByText("People and groups can't be searched now.").waitFor()
    await option(page, 'Settings').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.evaluate(() => (globalThis.sick = false))
    await option(page, 'Try again').click()
    await page.getByText('No person and no group has').waitFor()
    await page.context().close()
  })
})

describe('a window whose folder is taken', { timeout: 60_000 }, () => {
  it('opens all the same, says what to do, and goes on when it is free', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
    const end = await daemon(dir)
    const window = await openWindow({ folder: dir })
    const page = await openPage(browser, window)
    await page.getByText('Another ScimDesk has this data folder open').waitFor()
    await page.getByText('The folder was given when ScimDesk was started').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('radio', { name: 'Deutsch' }).click()
    await page.getByText('Ein anderes ScimDesk').first().waitFor()
    await page.getByRole('radio', { name: 'English' }).click()
    await end()
    await page.getByRole('button', { name: 'Try again' }).click()
    await nav(page, 'Overview').waitFor()
    assert.equal(await window.close(), 0)
  })

  it('lets another folder be chosen, and says why that one can not be used either', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'scimdesk-window-'))
    const end = await daemon(dir)
    const window = await openWindow({ folder: dir })
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Folder: "async () => ({ folder: '', by: 'unknown' })",
        ChooseFolder: "async () => globalThis.chosen ?? ''",
        UseFolder: `async (real, folder) => {
          globalThis.used = folder
          if (folder === '/locked') return ${refusal('NO_PERMISSION')}
          if (folder === '/full') return ${refusal('FOLDER_NOT_EMPTY')}
          await new Promise((free) => (globalThis.free = free))
        }`,
      }),
    })
    await page.getByText('It is not known which data folder was chosen').waitFor()
    const other = page.getByRole('button', { name: 'Use another folder…' })
    await other.click()
    await until(page, () => other.isEnabled(), 'the button after nothing was chosen')
    assert.equal(await page.evaluate(() => globalThis.used), undefined)
    await page.evaluate(() => (globalThis.chosen = '/locked'))
    await other.click()
    await page.getByText('NO_PERMISSION').waitFor()
    await end()
    await page.evaluate(() => (globalThis.chosen = '/full'))
    await other.click()
    await page.getByText('This folder holds other things').waitFor()
    await page.getByRole('button', { name: 'Use a new folder “ScimDesk” in it' }).click()
    await page.getByRole('button', { name: 'Opening the folder' }).waitFor()
    assert.equal(await page.evaluate(() => globalThis.used), '/full/ScimDesk')
    const retry = page.getByRole('button', { name: 'Try again' })
    assert.equal(await retry.getAttribute('aria-disabled'), 'true', 'two folders must not be opened at once')
    await page.evaluate(() => globalThis.free())
    await nav(page, 'Overview').waitFor()
    await window.close()
  })
})
