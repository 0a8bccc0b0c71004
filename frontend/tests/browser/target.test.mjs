import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { addPerson, scim, stage } from './office.mjs'
import { ask, breakCalls, findings, look, newToken, openPage, refusal, until, visit } from './window.mjs'

const card = (page) => page.getByRole('region', { name: 'Target system', exact: true })
const choose = async (page, name) => {
  await card(page).getByRole('combobox', { name: 'System', exact: true }).click()
  await page.getByRole('option', { name }).click()
}
const use = async (page, id) => ask(page, 'SaveTarget', { id, strict: false, administrator: '' })

describe('the target system', { timeout: 120_000 }, () => {
  const on = stage('#/connection/system')

  it('is chosen with what that means for Entra, and served at once', async () => {
    const { page } = on
    await choose(page, /^Eptura/)
    await card(page).getByText('The Tenant URL changes. Entra may keep the one that ends in /scim/v2').waitFor()
    await card(page).getByText('Groups are then matched by externalId.').waitFor()
    assert.deepEqual(await findings(page), [])
    await card(page).getByRole('button', { name: 'Use this system' }).press('Enter')
    await until(page, async () => (await ask(page, 'Snapshot')).address.endsWith('/scim/v1'), 'the new path')
    await card(page).getByRole('button', { name: 'Use this system' }).waitFor({ state: 'detached' })
    await choose(page, /^Evercate/)
    await card(page).getByText('ends in /scim/v1, which is not served any more').waitFor()
    await card(page).getByRole('button', { name: 'Discard' }).click()
  })

  it('says of an empty folder that nothing is known yet', async () => {
    const { page } = on
    await visit(page, '#/connection/target')
    await page.getByText('Entra has not sent anybody yet').waitFor()
    await until(page, async () => (await page.getByText('Not known yet').count()) === 11, 'all that is not known')
    await page.getByText('Eptura').first().waitFor()
    await page.getByText("Entra's table must hold these lines and no others").waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('shows what Entra really sent beside the table, gaps first, and leads to the person', async () => {
    const { page } = on
    const office = { secret: await newToken(page), address: (await ask(page, 'Snapshot')).address }
    const anna = await addPerson(office, 'Anna Berg', { name: { givenName: 'Anna', familyName: 'Berg' }, phoneNumbers: [{ type: 'mobile', value: '+49 170 1234567' }], title: 'Clerk' })
    await addPerson(office, 'Bob Roe', { name: { givenName: 'Bob' } })
    await page.getByText('Looked at 2 people and 0 groups').waitFor({ timeout: 20_000 })
    const rows = await page.locator('.target-table tbody').first().locator('th[scope=row]').allTextContents()
    assert.ok(rows[0].startsWith('name.familyName') && rows[1].startsWith('phoneNumbers[type eq "mobile"]'), rows.join(', '))
    await page.getByText('+49 170 1234567 -> tel:+49-170-1234567').waitFor()
    const broken = page.getByRole('region', { name: 'Missing and not by the rule' })
    assert.equal(await broken.getByRole('listitem').count(), 2)
    await page.getByRole('region', { name: 'Not mapped for this target' }).getByText('title', { exact: true }).waitFor()
    assert.deepEqual(await findings(page), [])
    await broken.getByRole('link', { name: 'Anna Berg' }).click()
    await until(page, async () => (await page.evaluate(() => location.hash)).includes(anna.id), 'the person')
  })

  it('is copied as a table and saved as a page', async () => {
    const { page } = on
    await visit(page, '#/connection/target')
    await page.getByRole('button', { name: 'Copy table' }).click()
    const clipboard = () => page.evaluate(() => globalThis.runtime.ClipboardGetText())
    await until(page, async () => (await clipboard()).includes('userPrincipalName'), 'the table')
    await page.getByRole('button', { name: 'Save page' }).click()
    const path = await page.locator('.fui-MessageBar .mono').textContent()
    assert.match(await readFile(path, 'utf8'), /^<!DOCTYPE html>/)
  })

  it('refuses what is missing where it is strict, and protects the administrator', async () => {
    const { page } = on
    await visit(page, '#/connection/system')
    await choose(page, /^Site with user IDs/)
    await card(page).getByRole('switch', { name: 'Strict' }).check()
    await card(page).getByRole('combobox', { name: 'SCIM administrator' }).pressSequentially('Anna')
    await page.getByRole('option', { name: /Anna Berg/ }).click()
    await card(page).getByRole('button', { name: 'Use this system' }).click()
    await until(page, async () => (await ask(page, 'Targets')).actor === 'Anna Berg', 'the administrator')
    const { strict, administrator } = await ask(page, 'Targets')
    assert.ok(strict)
    const office = { secret: await newToken(page), address: (await ask(page, 'Snapshot')).address }
    await assert.rejects(scim(office, 'DELETE', `/Users/${administrator}`), /409.*Anna Berg.*is protected/)
  })

  it('says that making a token ends the one before, where there is one at a time', async () => {
    const { page } = on
    const before = (await ask(page, 'Snapshot')).token.id
    await page.getByRole('button', { name: 'Rotate token' }).click()
    await page.getByRole('alertdialog').getByText('one secret at a time').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Make it, end the old one' }).click()
    await page.getByText('The old token ended just now.').waitFor()
    const { token, oldToken } = await ask(page, 'Snapshot')
    assert.ok(token.id !== before && !oldToken.exists)
  })

  it('holds in a small window in the dark, and says why it can not be read', async () => {
    const { page, browser, window } = on
    await use(page, 'alvao')
    await page.reload()
    await visit(page, '#/connection/target')
    await look(page, { width: 900, height: 600, dark: true })
    await page.locator('.target-table').waitFor()
    assert.equal(await page.evaluate(() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth), 0)
    assert.deepEqual(await findings(page), [])
    const other = await openPage(browser, window, { broken: breakCalls({ Target: `() => ${refusal('DB_LOCKED')}`, Targets: `() => ${refusal('CALL_TIMEOUT')}` }) })
    await visit(other, '#/connection/target')
    await other.getByText('DB_LOCKED').waitFor()
    await visit(other, '#/connection/system')
    await card(other).getByText('CALL_TIMEOUT').waitFor()
    await other.context().close()
  })
})
