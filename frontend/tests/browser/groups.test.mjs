import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, describe, it } from 'node:test'
import { addGroup, fillOffice, patch, scim, stage } from './office.mjs'
import { ask, findings, until } from './window.mjs'

const row = (page, name) => page.getByRole('grid', { name: 'Groups' }).getByRole('row').filter({ hasText: name })
const panel = (page) => page.getByRole('complementary', { name: 'Group details' })
const members = (page) => panel(page).getByRole('grid', { name: 'Members' })
const member = (page, name) => members(page).getByRole('row').filter({ hasText: name })
const count = async (list) => Number(await list.getAttribute('aria-rowcount')) - 1

describe('groups', { timeout: 240_000 }, () => {
  const on = stage('#/groups')
  before(async () => (on.office = await fillOffice(on.page)))

  it('are listed with their members counted, empty ones marked', async () => {
    const { page } = on
    await page.getByText('2 groups, plus 1 deleted').waitFor()
    await row(page, 'Empty room').getByText('empty', { exact: true }).waitFor()
    await row(page, 'Sales and service').getByRole('gridcell', { name: '4', exact: true }).waitFor()
    assert.equal(await row(page, 'Gone group').count(), 0)
    assert.deepEqual(await findings(page), [])
  })

  it('are searched, sorted, ticked and shown with other columns', async () => {
    const { page, office } = on
    const grid = page.getByRole('grid', { name: 'Groups' })
    const names = () => page.locator('.directory-body > .grid-frame .grid-rows .row [role=gridcell]:nth-child(2)').allTextContents()
    const search = page.getByRole('textbox', { name: 'Search name, ID' })
    await search.fill('room')
    await page.locator('.found', { hasText: '1 found' }).waitFor()
    await until(page, async () => (await names()).join() === 'Empty room', 'the one that matches')
    await search.press('Escape')
    await until(page, async () => (await names()).join() === 'Empty room,Sales and service', 'both')
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
    await until(page, async () => (await names()).join() === 'Sales and service,Empty room', 'the other order')
    await page.getByRole('columnheader', { name: 'Last change' }).getByRole('button').press('Enter')
    await until(page, async () => (await page.getByRole('columnheader', { name: 'Last change' }).getAttribute('aria-sort')) === 'descending', 'the order by time')
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'External ID' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'External ID' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'External ID' }).waitFor()
    await page.getByRole('columnheader', { name: 'Members' }).getByRole('button').click()
    await until(page, async () => (await names()).join() === 'Sales and service,Empty room', 'the largest first')
    await page.getByRole('button', { name: 'Empty', exact: true }).press('Space')
    await until(page, async () => (await names()).join() === 'Empty room', 'the empty one')
    await page.getByRole('button', { name: 'Empty', exact: true }).press('Space')
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
    await until(page, async () => (await names()).join() === 'Empty room,Sales and service', 'both by name')
    await row(page, 'Empty room').locator('.tick').click()
    await page.getByText('1 selected').waitFor()
    await page.getByRole('button', { name: 'Copy names' }).click()
    await until(page, async () => (await page.evaluate(() => globalThis.runtime.ClipboardGetText())) === 'Empty room', 'the copied name')
    await grid.focus()
    await page.keyboard.press('Control+a')
    await page.getByText('2 selected').waitFor()
    await page.getByRole('button', { name: 'Copy IDs' }).click()
    await until(page, async () => (await page.evaluate(() => globalThis.runtime.ClipboardGetText())) === `${office.empty.id}\n${office.sales.id}`, 'the copied ids')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
  })

  it('show who is in them by name, what is wrong with them, and lead to each person', async () => {
    const { page } = on
    await row(page, 'Sales and service').click()
    await panel(page).getByText('1 member not found').waitFor()
    await panel(page).getByText('Renamed just now').waitFor()
    await until(page, async () => (await count(members(page))) === 4, 'all members')
    await member(page, 'nobody-has-this').getByText('Not found').waitFor()
    assert.deepEqual(await findings(page), [])
    await panel(page).getByRole('textbox', { name: 'Search members' }).fill('arm')
    await until(page, async () => (await count(members(page))) === 1, 'the one who matches')
    await panel(page).getByRole('textbox', { name: 'Search members' }).press('Escape')
    await until(page, async () => (await count(members(page))) === 4, 'all members again')
    await members(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Person details' }).getByRole('heading', { name: 'Anna Berg' }).waitFor()
    await page.goBack()
    await panel(page).getByRole('heading', { name: 'Sales and service' }).waitFor()
  })

  it('tell who came and who went, and by which request', async () => {
    const { page, office } = on
    await panel(page).getByRole('tab', { name: 'History' }).click()
    const came = panel(page).getByRole('listitem').filter({ hasText: 'Came' }).filter({ hasText: 'René Ärmel' })
    const { rows: known } = await ask(page, 'History', { type: 'Group', id: office.sales.id, before: 0, limit: 100 })
    const { activity, at } = known.find((one) => one.action === 'member added' && one.other.id === office.rene.id)
    assert.equal(await came.locator('time').getAttribute('datetime'), at)
    assert.match(await came.locator('time').textContent(), /^\d\d:\d\d$/)
    assert.equal(await came.getByRole('link', { name: 'Request behind' }).getAttribute('href'), `#/activity/${activity}`)
    await patch(office, `/Groups/${office.sales.id}`, { op: 'remove', path: `members[value eq "${office.bob.id}"]` })
    await panel(page).getByRole('listitem').filter({ hasText: 'Went' }).getByRole('link', { name: 'Bob Roe' }).waitFor()
    await panel(page).getByText('3 members', { exact: true }).waitFor()
    assert.deepEqual(await findings(page), [])
    await panel(page).getByRole('combobox', { name: 'Attribute' }).click()
    await page.getByRole('option', { name: 'Who came and went' }).click()
    await until(page, async () => (await panel(page).getByRole('listitem').count()) === 5, 'four who came and one who went')
    await panel(page).getByRole('tab', { name: 'Members' }).click()
    await until(page, async () => (await count(members(page))) === 3, 'the members without the one who went')
  })

  it('are exported with their members', async () => {
    const { page } = on
    await panel(page).getByRole('button', { name: 'Export members' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Export' }).click()
    await dialog.getByText('3 members exported').first().waitFor()
    await dialog.getByRole('button', { name: 'Copy path' }).click()
    let path = ''
    await until(page, async () => (path = await page.evaluate(() => globalThis.runtime.ClipboardGetText())).endsWith('.csv'), 'the path')
    assert.match(await readFile(path, 'utf8'), /anna\.berg@office\.example/)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
    await panel(page).getByRole('button', { name: 'Export members' }).press('Escape')
    await panel(page).waitFor({ state: 'detached' })
  })

  it('come back when they are restored', async () => {
    const { page, office } = on
    await page.getByRole('combobox', { name: 'State' }).click()
    await page.getByRole('option', { name: 'Deleted', exact: true }).click()
    await row(page, 'Gone group').click()
    await panel(page).getByText(/^Deleted .* by Entra/).waitFor()
    await panel(page).getByRole('button', { name: 'Restore' }).click()
    const other = await addGroup(office, 'Gone group')
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('button', { name: 'Restore' }).click()
    await dialog.getByText('belongs to').waitFor()
    assert.deepEqual(await findings(page), [])
    await scim(office, 'DELETE', `/Groups/${other.id}`)
    await dialog.getByRole('button', { name: 'Restore' }).click()
    await dialog.waitFor({ state: 'detached' })
    await panel(page).locator('.status', { hasText: 'Active' }).first().waitFor()
    await until(page, async () => (await count(members(page))) === 1, 'its member')
  })
})
