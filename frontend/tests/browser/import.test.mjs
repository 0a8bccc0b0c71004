// People who were there before Entra: a file read as it comes, its columns, the preview, the import and the way back; then what the first cycle would do.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { ask, findings, launch, look, openPage, openWindow, refusal, settled, until, visit } from './window.mjs'

const main = (page) => page.locator('#main')
const button = (page, name) => main(page).getByRole('button', { name })
const row = (page, text) => page.locator('#main .grid-rows .row').filter({ hasText: text })
const chip = (page, name) => page.locator('#main .chips').getByRole('button', { name })
const give = (page, label, name, text, mimeType = 'text/csv') =>
  page.getByRole('group', { name: label, exact: true }).locator('input[type=file]').setInputFiles({ name, mimeType, buffer: Buffer.isBuffer(text) ? text : Buffer.from(text) })

// As a German Excel saves it: semicolons, Windows-1252, a number that it has cut.
const staff = Buffer.from(
  ['Benutzername;Kundennr;E-Mail;Vorname;Nachname;Abteilung;Kürzel', 'a.berg;4711;anna.berg@contoso.example;Anna;Bérg;Vertrieb;ab', 'j.roe;4712;j.roe@contoso.example;Jörg;Roe;Lager;jr',
    'a.berg;4713;again@contoso.example;Anna;Again;Lager;aa', ';;;Nobody;;Lager;'].join('\r\n'), 'latin1')
const entra = ['userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled',
  'anna.berg@contoso.example,Anna Bérg,Bérg,anna.berg@contoso.example,Anna,o-1,Member,Lead,Vertrieb,True',
  'j.roe@contoso.example,Jörg Roe,Roe,j.roe@contoso.example,Jörg,o-2,Member,,Lager,True',
  'new.one@contoso.example,New One,One,new.one@contoso.example,New,o-3,Member,,,True',
  'left@contoso.example,Left Out,Out,,Left,o-4,Member,,,False'].join('\n')

describe('bringing people in', { timeout: 120_000 }, () => {
  let browser
  let window
  let page
  before(async () => {
    browser = await launch()
    window = await openWindow()
    page = await openPage(browser, window)
  })
  after(async () => {
    await browser?.close()
    await window?.close()
  })

  it('finds out how a file is written and what its columns are', async () => {
    await visit(page, '#/tools/import')
    await main(page).getByText('Nothing read yet').waitFor()
    assert.deepEqual(await findings(page), [])
    await give(page, 'The people', 'Mitarbeiter.csv', staff)
    await main(page).getByRole('heading', { name: '4 rows found' }).waitFor()
    await main(page).getByText('Windows-1252. Look at the umlauts').waitFor()
    const means = async (column) => (await page.getByRole('combobox', { name: `What the column ${column} is`, exact: true }).textContent()).trim()
    assert.equal(await means('Benutzername'), 'User ID')
    assert.equal(await means('E-Mail'), 'Work e-mail')
    assert.equal(await means('Abteilung'), 'Department')
    await page.getByRole('combobox', { name: 'What the column Kundennr is', exact: true }).click()
    await page.getByRole('option', { name: 'User ID', exact: true }).click()
    await main(page).getByText('Two columns can’t both be').or(main(page).getByText("Two columns can't both be")).waitFor()
    assert.equal(await button(page, 'Preview').getAttribute('aria-disabled'), 'true')
    await page.getByRole('combobox', { name: 'What the column Kundennr is', exact: true }).click()
    await page.getByRole('option', { name: 'Local ID', exact: true }).click()
    assert.deepEqual(await findings(page), [])
  })

  it('shows what would become of each row, and changes nothing', async () => {
    await page.getByRole('combobox', { name: 'What the column Kürzel is', exact: true }).click()
    await page.getByRole('option', { name: 'Left out', exact: true }).click()
    await button(page, 'Preview').click()
    await row(page, 'Roe').waitFor()
    assert.deepEqual((await page.locator('#main .chips button').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()), ['All 4', 'New 2', 'Not usable 1', 'Twice in the file 1'])
    await row(page, 'Jörg').click()
    await page.getByRole('region', { name: 'The chosen row' }).getByText('4712').first().waitFor()
    assert.equal((await ask(page, 'Snapshot')).people.total, 0)
    assert.deepEqual(await findings(page), [])
  })

  it('imports what can be, and takes it back', async () => {
    await button(page, 'Import 2 rows').click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('2 other rows are left out').waitFor()
    await dialog.getByRole('button', { name: 'Import 2 rows' }).click()
    await main(page).getByRole('heading', { name: 'Import', exact: true }).waitFor()
    await until(page, async () => (await ask(page, 'Snapshot')).job.state === 'done', 'the import done')
    const { rows } = await ask(page, 'People', { list: '', search: '4711', state: '', sort: 'name', descending: false, from: 0, limit: 10, group: '' })
    assert.deepEqual(rows.map(({ userName, localId, entra: owned }) => [userName, localId, owned]), [['a.berg', '4711', false]])
    await settled(page)
    assert.deepEqual(await findings(page), [])
  })

  it('says what the first cycle would do, and mends it', async () => {
    await button(page, 'Match forecast').click()
    await main(page).getByText('No forecast yet').waitFor()
    await give(page, 'Entra\'s users', 'exportUsers.csv', entra)
    await until(page, async () => (await button(page, 'Make the forecast').getAttribute('aria-disabled')) !== 'true', 'the file there')
    await button(page, 'Make the forecast').click()
    await main(page).getByText('Settle these before Entra starts').waitFor()
    await row(page, 'new.one@contoso.example').waitFor()
    assert.deepEqual((await page.locator('#main .chips button').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()), ['All 6', 'Created 3', 'Only here 2', 'Left alone 1'])
    await row(page, 'anna.berg@contoso.example').first().click()
    await page.getByRole('region', { name: 'The chosen row' }).getByText('seems to be the same person').waitFor()
    assert.deepEqual(await findings(page), [])
    for (const at of [{ width: 1280, height: 800, dark: true }, { width: 900, height: 600 }]) {
      await look(page, at)
      await settled(page)
      assert.deepEqual(await findings(page), [])
    }
    await look(page, { width: 1280, height: 800 })
    await button(page, 'Convert 2 user IDs').click()
    await page.getByRole('grid', { name: 'Preview of user IDs' }).waitFor()
    await button(page, 'Convert 2 user IDs').click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Convert 2 user IDs' }).click()
    await until(page, async () => { const { job } = await ask(page, 'Snapshot'); return job.kind === 'convert' && job.state === 'done' }, 'the conversion done')
    await visit(page, '#/tools/forecast')
    await button(page, 'Make it again').first().click()
    await main(page).getByText('Nobody would be made twice').waitFor()
    await chip(page, 'Adopted, changed').waitFor()
  })

  it('says of each group what the first cycle would do, in a view of its own', async () => {
    const teams = 'displayName,externalId,members\nOffice,,anna.berg@contoso.example\nOld name,g-2,\nOnly here,,\n'
    const { id } = await ask(page, 'PutUpload', { name: 'teams.csv', data: Buffer.from(teams).toString('base64') })
    const { plan } = await ask(page, 'PlanImport', { upload: id, kind: 'groups' })
    await ask(page, 'ApplyImport', plan)
    await until(page, async () => { const { job } = await ask(page, 'Snapshot'); return job.kind === 'import' && job.state === 'done' }, 'the groups imported')
    assert.equal(await page.getByRole('tab', { name: /^Groups/ }).count(), 0)
    await give(page, "Entra's groups, if they are provisioned", 'exportGroups.csv',
      'id,displayName,groupType,membershipType\ng-1,Office,Security,Assigned\ng-2,New name,Security,Assigned\ng-3,Fresh,Security,Assigned\ng-4,fresh,Security,Assigned\n')
    await until(page, async () => (await button(page, 'Make the forecast').getAttribute('aria-disabled')) !== 'true', 'the file there')
    await button(page, 'Make the forecast').click()
    await main(page).getByText('Settle these before Entra starts').waitFor()
    await page.getByRole('tab', { name: 'Groups 6' }).click()
    await page.getByRole('grid', { name: "Entra's groups, and which others are here" }).waitFor()
    await row(page, 'Office').waitFor()
    assert.deepEqual((await page.locator('#main .chips button').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['All 6', 'Fails 1', 'Created 2', 'Adopted, changed 1', 'Only here 2'])
    await row(page, 'New name').click()
    const chosen = page.getByRole('region', { name: 'The chosen row' })
    await chosen.getByText('seems to be the same group').waitFor()
    assert.match(await chosen.getByRole('link', { name: 'Old name' }).getAttribute('href'), /^#\/groups\//)
    for (const at of [{ width: 1280, height: 800 }, { width: 900, height: 600, dark: true }]) {
      await look(page, at)
      await settled(page)
      assert.deepEqual(await findings(page), [])
    }
    await look(page, { width: 1280, height: 800 })
    await chip(page, 'Fails').click()
    await until(page, async () => (await row(page, '').count()) === 1, 'the one that fails alone')
    await row(page, 'fresh').click()
    await chosen.getByText("Another of Entra's groups").waitFor()
    await page.getByRole('tab', { name: /^People/ }).click()
    await page.getByRole('grid', { name: "Entra's users, and who else is here" }).waitFor()
    await row(page, 'new.one@contoso.example').waitFor()
  })

  it('says what is wrong with a file, with a server, and with a call that fails', async () => {
    await visit(page, '#/tools/import')
    await button(page, 'Another import').click()
    await give(page, 'The people', 'empty.csv', '\n\n')
    await main(page).getByText('can\'t be used as it is').waitFor()
    await page.getByRole('radio', { name: "A SCIM server's own list" }).check()
    await page.getByRole('textbox', { name: 'SCIM address' }).fill('http://old.contoso.example/scim')
    await button(page, 'Read the list').click()
    await main(page).getByText('https').first().waitFor()
    assert.deepEqual(await findings(page), [])
    await page.evaluate(`globalThis.go.main.App.LookAtImport = () => ${refusal('DB_LOCKED')}`)
    await button(page, 'Read the list').click()
    await main(page).getByText('DB_LOCKED').first().waitFor()
  })

  it('shows long names in a small window in German, and keeps a token in no field once it was read with', async () => {
    const long = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4)
    const list = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 1, Resources: [{ id: '1', userName: long, displayName: long, active: true }] }
    const old = createServer((_, answer) => answer.setHeader('Content-Type', 'application/scim+json').end(JSON.stringify(list))).listen(0, '127.0.0.1')
    after(() => old.close())
    await once(old, 'listening')
    await ask(page, 'SavePreferences', 'system', 'de')
    await page.reload()
    await look(page, { width: 900, height: 600, dark: true })
    await page.getByRole('radio').nth(3).check()
    await page.getByRole('textbox', { name: 'SCIM-Adresse' }).fill(`http://127.0.0.1:${old.address().port}/scim`)
    await page.getByLabel('Token dafür').fill('s3cret-of-old')
    await button(page, 'Liste lesen').click()
    await until(page, () => page.evaluate(() => document.activeElement?.id === 'import-found'), 'the keyboard at what was found')
    assert.equal(await page.evaluate(() => document.documentElement.outerHTML.includes('s3cret') || [...document.querySelectorAll('input')].some((i) => i.value.includes('s3cret'))), false)
    await button(page, 'Vorschau').click()
    await until(page, () => page.evaluate(() => document.activeElement?.id === 'import-preview'), 'the keyboard at the preview')
    await row(page, long).click()
    const strip = await page.locator('.strip').boundingBox()
    assert.ok(strip.y + strip.height <= 600, `the chosen row ends at ${strip.y + strip.height}`)
    assert.equal(await page.locator('.strip').evaluate((e) => e.scrollWidth > e.clientWidth), false)
    assert.deepEqual(await findings(page), [])
    await button(page, 'Spalten').click()
    await button(page, 'Andere Quelle').first().click()
    await until(page, () => page.evaluate(() => document.activeElement?.tagName === 'H2'), 'the keyboard at the question again')
    assert.equal(await page.getByLabel('Token dafür').inputValue(), '')
    assert.deepEqual(page.faults, [])
  })
})
