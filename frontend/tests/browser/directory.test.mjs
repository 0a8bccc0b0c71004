// What people and groups have in common: lists stay as they were left, rest while nobody sees them, and survive single failures.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, it } from 'node:test'
import { addPerson, fillOffice, patch, stage } from './office.mjs'
import { again, ask, breakCalls, settled, until, visit } from './window.mjs'

const grid = (page, name = 'People') => page.getByRole('grid', { name })
const rows = (page) => page.locator('.directory-body > .grid-frame .grid-rows .row')
const row = (page, name) => rows(page).filter({ hasText: name })
const panel = (page) => page.locator('aside.panel')
const search = (page) => page.getByRole('textbox', { name: /^Search name/ })
/** The dialog of an export; while the file is written it is an alert, which no click beside it closes. */
const dialog = (page) => page.locator('[role=dialog], [role=alertdialog]')
const clipboard = (page) => page.evaluate(() => globalThis.runtime.ClipboardGetText())
const top = (page, name) => grid(page, name).evaluate((el) => el.scrollTop)
const focusOn = (page, role) => until(page, () => page.evaluate((r) => document.activeElement.getAttribute('role') === r, role), `the focus on the ${role}`)
const go = (page, name) => page.getByRole('navigation').getByRole('button', { name }).click()

/** Counts the calls of a method, and lets a test break or hold it: globalThis.fault[name] is a code, globalThis.hold[name] a promise. */
const watched = (...names) =>
  breakCalls(Object.fromEntries(names.map((name) => [name, `async (real, ...args) => {
    globalThis.calls ??= []
    globalThis.calls.push({ name: '${name}', args })
    await globalThis.hold?.${name}
    const code = globalThis.fault?.${name}
    if (code) throw new Error(JSON.stringify({ code, message: '' }))
    return globalThis.answer?.${name} ? globalThis.answer.${name}(real, ...args) : real(...args)
  }`])))
const calls = (page, ...names) => page.evaluate((wanted) => (globalThis.calls ?? []).filter((c) => wanted.includes(c.name)).map((c) => c.args), names)
const forget = (page) => page.evaluate(() => (globalThis.calls = []))
const fault = (page, name, code = 'DB_LOCKED') => page.evaluate(([n, c]) => (globalThis.fault = { [n]: c }), [name, code])
const mend = (page) => page.evaluate(() => (globalThis.fault = {}))

/** Everything that is told from now on. */
const listen = (page) =>
  page.evaluate(() => {
    globalThis.told = []
    globalThis.ear?.disconnect()
    const region = document.querySelector('[role=status][aria-live=polite]')
    globalThis.ear = new MutationObserver(() => globalThis.told.push(region.textContent))
    globalThis.ear.observe(region, { childList: true, subtree: true, characterData: true })
  })
const told = (page, text) => page.evaluate((part) => globalThis.told.filter((one) => one.includes(part)), text)

describe('a list', { timeout: 240_000 }, () => {
  const on = stage('#/people', { broken: watched('People', 'Groups', 'Person') })
  before(async () => {
    on.office = await fillOffice(on.page)
    await until(on.page, async () => (await grid(on.page).getAttribute('aria-rowcount')) === '35', 'all people')
  })

  it('is as it was left when somebody comes back: ticks, place, and what was open', async () => {
    const { page } = on
    await row(page, 'Anna Berg').locator('.tick').click()
    await row(page, 'Bob Roe').locator('.tick').click()
    await page.getByText('2 selected').waitFor()
    await grid(page).evaluate((el) => (el.scrollTop = 300))
    await row(page, 'Person 25').click()
    await panel(page).getByRole('heading', { name: 'Person 25' }).waitFor()
    await panel(page).getByRole('tab', { name: 'History' }).click()
    const before = await top(page)
    assert.ok(before >= 250)
    await go(page, 'Overview')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await go(page, 'People')
    await panel(page).getByRole('heading', { name: 'Person 25' }).waitFor()
    assert.equal(await panel(page).getByRole('tab', { name: 'History' }).getAttribute('aria-selected'), 'true')
    await page.getByText('2 selected').waitFor()
    await until(page, async () => (await top(page)) === before, 'the place')
  })

  it('shows the row of what is open when somebody comes back to it', async () => {
    const { page } = on
    await grid(page).evaluate((el) => (el.scrollTop = 0))
    await until(page, async () => (await top(page)) === 0, 'the top')
    await row(page, 'Anna Berg').waitFor()
    await go(page, 'Overview')
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.goBack()
    await until(page, () => row(page, 'Person 25').evaluate((el) => {
      const frame = el.closest('.grid').getBoundingClientRect()
      const box = el.getBoundingClientRect()
      return box.top >= frame.top + 30 && box.bottom <= frame.bottom + 1
    }), 'the open row in view')
    await panel(page).getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
  })

  it('asks for nothing while another page is in view, and has what changed when it is', async () => {
    const { page, office } = on
    await go(page, 'Connection')
    await page.getByRole('heading', { level: 1, name: 'Connection' }).waitFor()
    await forget(page)
    for (let i = 0; i < 3; i++) await patch(office, `/Users/${office.anna.id}`, { op: 'replace', path: 'displayName', value: `Anna Berg ${i}` })
    await page.waitForTimeout(1_100) // lists are told of changes once a second
    assert.deepEqual(await calls(page, 'People', 'Groups'), [])
    await go(page, 'People')
    await grid(page).evaluate((el) => (el.scrollTop = 0))
    await row(page, 'Anna Berg 2').waitFor()
    await patch(office, `/Users/${office.anna.id}`, { op: 'replace', path: 'displayName', value: 'Anna Berg' })
    await row(page, /Anna Berg(?! \d)/).waitFor()
  })

  it('hears the arrow keys after a box was ticked by mouse', async () => {
    const { page } = on
    await page.getByRole('heading', { level: 1 }).hover()
    await search(page).focus()
    await row(page, 'Bob Roe').locator('.tick').click()
    await focusOn(page, 'grid')
    const before = await grid(page).getAttribute('aria-activedescendant')
    await page.keyboard.press('ArrowDown')
    await until(page, async () => (await grid(page).getAttribute('aria-activedescendant')) !== before, 'another active row')
    await page.getByRole('checkbox', { name: 'Select all people in the list' }).click()
    await page.getByText('34 selected').waitFor()
    await focusOn(page, 'grid')
    await page.getByRole('checkbox', { name: 'Select all people in the list' }).click()
    await page.getByText('34 selected').waitFor({ state: 'detached' })
  })

  it('is copied without a call for each, and says who is missing', async () => {
    const { page, office } = on
    await row(page, 'Anna Berg').locator('.tick').click()
    await row(page, 'Bob Roe').locator('.tick').click()
    await page.getByText('2 selected').waitFor()
    await forget(page)
    await page.getByRole('button', { name: 'Copy IDs' }).click()
    await until(page, async () => (await clipboard(page)) === `${office.anna.id}\n${office.bob.id}`, 'both ids')
    assert.deepEqual(await calls(page, 'People', 'Person'), [])
    await page.getByRole('button', { name: 'Copy e-mails' }).click()
    await until(page, async () => (await clipboard(page)) === 'anna.berg@office.example\nbob.roe@office.example', 'both e-mails')
    assert.equal((await calls(page, 'People')).filter(([q]) => q.ids).length, 1)
    assert.deepEqual(await calls(page, 'Person'), [])
    // Bob is gone for good meanwhile, as far as the page can tell.
    await page.evaluate((id) => {
      globalThis.answer = { People: (real, q) => (q.ids ? real({ ...q, ids: q.ids.filter((one) => one !== id) }) : real(q)) }
    }, office.bob.id)
    await page.getByRole('button', { name: 'Copy e-mails' }).click()
    await page.locator('.selection-bar', { hasText: 'Copied 1; 1 is no longer there' }).waitFor()
    assert.equal(await clipboard(page), 'anna.berg@office.example')
    await page.evaluate(() => (globalThis.answer = {}))
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
  })

  it('tells how many were found once, not again while more come', async () => {
    const { page, office } = on
    await page.getByRole('heading', { level: 1 }).hover()
    await grid(page).focus()
    await page.keyboard.press('Escape')
    await listen(page)
    await search(page).fill('person')
    await until(page, async () => (await told(page, '30 found')).length === 1, 'how many were found')
    await addPerson(office, 'Person 50')
    await page.locator('.found', { hasText: '31 found' }).waitFor()
    await addPerson(office, 'Person 51')
    await page.locator('.found', { hasText: '32 found' }).waitFor()
    assert.deepEqual(await told(page, 'found'), ['30 found'])
    await search(page).press('Escape')
    await row(page, 'Anna Berg').waitFor()
  })

  it('is sorted by every column that can be, by mouse and by key', async () => {
    const { page } = on
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'E-mail' }).click()
    await page.getByRole('checkbox', { name: 'Created' }).click()
    await page.getByRole('checkbox', { name: 'Groups' }).click()
    await page.keyboard.press('Escape')
    const names = () => rows(page).locator('[role=gridcell]:nth-child(2)').allTextContents()
    const columns = { userName: 'User ID', email: 'E-mail', state: 'State', changed: 'Last change', created: 'Created', name: 'Name' }
    for (const [sort, title] of Object.entries(columns)) {
      const head = page.getByRole('columnheader', { name: title, exact: true })
      const timely = sort === 'changed' || sort === 'created'
      for (const [press, descending] of [['click', timely], ['Enter', !timely]]) {
        if (press === 'click') await head.getByRole('button').click()
        else await head.getByRole('button').press('Enter')
        const wanted = (await ask(page, 'People', { list: '', search: '', state: '', sort, descending, from: 0, limit: 10, group: '' })).rows.map((r) => r.name)
        await until(page, async () => JSON.stringify((await names()).slice(0, 10)) === JSON.stringify(wanted), `${sort} by ${press}`)
        assert.equal(await head.getAttribute('aria-sort'), descending ? 'descending' : 'ascending')
      }
    }
    await page.getByRole('columnheader', { name: 'Name', exact: true }).getByRole('button').click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.keyboard.press('Escape')
    assert.deepEqual(page.faults, [])
  })
})

describe('an export', { timeout: 180_000 }, () => {
  const on = stage('#/people', { broken: watched('ExportFile', 'CancelExport', 'ShowFile') })
  before(async () => {
    on.office = await fillOffice(on.page)
    await until(on.page, async () => (await grid(on.page).getAttribute('aria-rowcount')) === '35', 'all people')
  })

  it('of what was ticked has exactly those, as JSON that can be read, made by keyboard alone', async () => {
    const { page, office } = on
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await page.getByText('2 selected').waitFor()
    await page.locator('.selection-bar').getByRole('button', { name: 'Export' }).press('Enter')
    await dialog(page).getByRole('radio', { name: 'Selected (2)' }).waitFor()
    await dialog(page).getByRole('radio', { name: /^CSV/ }).focus()
    await page.keyboard.press('ArrowDown')
    assert.equal(await dialog(page).getByRole('radio', { name: /^JSON/ }).isChecked(), true)
    await dialog(page).getByRole('button', { name: 'Export', exact: true }).press('Enter')
    await dialog(page).getByText('2 people exported').first().waitFor()
    await dialog(page).getByRole('button', { name: 'Copy path' }).press('Enter')
    await until(page, async () => /\.json$/.test(await clipboard(page)), 'the path')
    const path = await clipboard(page)
    const people = JSON.parse(await readFile(path, 'utf8'))
    assert.deepEqual(people.map((one) => one.id).sort(), [office.anna.id, office.bob.id].sort())
    assert.equal(people.find((one) => one.id === office.anna.id).displayName, 'Anna Berg')
    on.path = path
  })

  it('is shown in its folder, and says why it can not be', async () => {
    const { page } = on
    await forget(page)
    await fault(page, 'ShowFile', 'NO_PERMISSION')
    await dialog(page).getByRole('button', { name: 'Show in folder' }).click()
    await dialog(page).getByText('NO_PERMISSION').waitFor()
    assert.deepEqual(await calls(page, 'ShowFile'), [[on.path]])
    await page.evaluate(() => {
      globalThis.fault = {}
      globalThis.answer = { ShowFile: async () => undefined } // no file manager opens over the tests
    })
    await dialog(page).getByRole('button', { name: 'Show in folder' }).click()
    await dialog(page).getByText('NO_PERMISSION').waitFor({ state: 'detached' })
    await dialog(page).getByRole('button', { name: 'Close' }).click()
    await dialog(page).waitFor({ state: 'detached' })
  })

  it('is cancelled while it goes on', async () => {
    const { page } = on
    await listen(page)
    await page.evaluate(() => {
      globalThis.answer = {
        ExportFile: () => new Promise((_, reject) => {
          globalThis.stopped = () => reject(new Error('{"code":"CANCELLED","message":""}'))
        }),
        CancelExport: async (real) => {
          await real()
          globalThis.stopped()
        },
      }
    })
    for (const cancel of [() => dialog(page).getByRole('button', { name: 'Cancel' }).click(), () => page.keyboard.press('Escape')]) {
      await page.locator('.page-head').getByRole('button', { name: 'Export' }).click()
      await dialog(page).getByRole('button', { name: 'Export', exact: true }).click()
      await until(page, () => dialog(page).getByRole('radio').first().isDisabled(), 'the export under way')
      await cancel()
      await dialog(page).waitFor({ state: 'detached' })
    }
    await until(page, async () => (await told(page, 'The export was cancelled')).length === 2, 'that it was cancelled')
    assert.equal((await calls(page, 'CancelExport')).length, 2)
    await page.evaluate(() => (globalThis.answer = {}))
    assert.deepEqual(page.faults, [])
  })
})

describe('single failures', { timeout: 180_000 }, () => {
  const on = stage('#/overview', { broken: watched('People', 'Groups', 'Group', 'Members', 'History', 'Restore', 'Person') })
  before(async () => (on.office = await fillOffice(on.page)))

  it('leave bones while an answer is awaited', async () => {
    const { page } = on
    await page.evaluate(() => {
      globalThis.hold = {}
      globalThis.hold.People = new Promise((go) => (globalThis.letGo = go))
    })
    await visit(page, '#/people')
    await grid(page).locator('.bone').first().waitFor()
    assert.equal(await grid(page).getAttribute('aria-busy'), 'true')
    await page.evaluate(() => globalThis.letGo())
    await row(page, 'Anna Berg').waitFor()
    await settled(page)
    await page.evaluate(() => {
      globalThis.hold.Person = new Promise((go) => (globalThis.letGo = go))
    })
    await row(page, 'Anna Berg').click()
    await panel(page).getByRole('status', { name: 'Loading' }).locator('.bone').first().waitFor()
    await page.evaluate(() => globalThis.letGo())
    await panel(page).getByRole('heading', { name: 'Anna Berg' }).waitFor()
  })

  it('show a slow person although something changes all the time', async () => {
    const { page, office } = on
    await page.evaluate(() => {
      globalThis.hold = {}
      globalThis.answer = { Person: (real, id) => new Promise((done) => setTimeout(() => done(real(id)), 1_500)) }
    })
    await row(page, 'Bob Roe').click()
    let stop = false
    const changing = (async () => {
      while (!stop) {
        await patch(office, `/Users/${office.anna.id}`, { op: 'replace', path: 'title', value: `Title ${Date.now()}` })
        await page.waitForTimeout(300)
      }
    })()
    await panel(page).getByRole('heading', { name: 'Bob Roe' }).waitFor()
    stop = true
    await changing
    await page.evaluate(() => (globalThis.answer = {}))
  })

  it('of a history stand in its place', async () => {
    const { page } = on
    await row(page, 'Anna Berg').click()
    await panel(page).getByRole('heading', { name: 'Anna Berg' }).waitFor()
    await fault(page, 'History')
    await panel(page).getByRole('tab', { name: 'History' }).click()
    await panel(page).getByText('DB_LOCKED').waitFor()
    await panel(page).getByRole('heading', { name: 'Anna Berg' }).waitFor()
    await mend(page)
    await again(page, panel(page))
    await panel(page).getByRole('listitem').filter({ hasText: 'Clerk' }).first().waitFor()
    await panel(page).getByText('DB_LOCKED').waitFor({ state: 'detached' })
  })

  it('of groups, a group and its members leave the rest alone', async () => {
    const { page } = on
    await fault(page, 'Groups')
    await visit(page, '#/groups')
    await page.getByText('DB_LOCKED').waitFor()
    await mend(page)
    await again(page, page.getByRole('main'))
    await row(page, 'Sales and service').waitFor()
    await fault(page, 'Group')
    await row(page, 'Sales and service').click()
    await panel(page).getByText('DB_LOCKED').waitFor()
    await row(page, 'Empty room').waitFor()
    await fault(page, 'Members')
    await again(page, panel(page))
    await panel(page).getByRole('heading', { name: 'Sales and service' }).waitFor()
    await panel(page).getByText('DB_LOCKED').waitFor()
    await mend(page)
    await again(page, panel(page))
    await panel(page).getByRole('row').filter({ hasText: 'Anna Berg' }).waitFor()
    assert.equal(await page.getByText('DB_LOCKED').count(), 0)
  })

  it('of a restore are told where it was asked for, and it is done by keyboard alone', async () => {
    const { page, office } = on
    await visit(page, `#/people/${office.dora.id}`)
    await fault(page, 'Restore')
    await panel(page).getByRole('button', { name: 'Restore' }).focus()
    await page.keyboard.press('Enter')
    const asked = page.getByRole('alertdialog')
    await asked.getByRole('button', { name: 'Restore' }).waitFor()
    await until(page, async () => {
      await page.keyboard.press('Tab')
      return page.evaluate(() => document.activeElement.textContent === 'Restore' && document.activeElement.closest('[role=alertdialog]') !== null)
    }, 'the button by Tab')
    await page.keyboard.press('Enter')
    await asked.getByText('DB_LOCKED').waitFor()
    await mend(page)
    await asked.getByRole('button', { name: 'Restore' }).focus()
    await page.keyboard.press('Enter')
    await asked.waitFor({ state: 'detached' })
    await panel(page).locator('.status', { hasText: 'Active' }).waitFor()
    assert.deepEqual(page.faults, [])
  })
})
