// User IDs are converted: rule, preview, collisions, the way there and back, and the journal of it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { patch } from './office.mjs'
import { again, ask, breakCalls, findings, launch, look, newToken, openPage, openWindow, refusal, seed, settled, until, visit } from './window.mjs'

const main = (page) => page.locator('#main')
const button = (page, name) => main(page).getByRole('button', { name })
const grid = (page, name = 'Preview of user IDs') => page.getByRole('grid', { name })
const row = (page, text) => page.locator('#main .grid-rows .row').filter({ hasText: text })
const cells = async (page, text) => {
  await row(page, text).first().waitFor()
  return row(page, text).getByRole('gridcell').allTextContents()
}
const chip = (page, name) => page.locator('#main .chips').getByRole('button', { name })
const strip = (page) => page.getByRole('region', { name: 'The chosen row' })
const userNames = async (page) => {
  const { rows } = await ask(page, 'People', { list: '', search: '', state: '', sort: 'name', descending: false, from: 0, limit: 200, group: '' })
  return new Map(rows.map((person) => [person.name, person.userName]))
}

async function choose(page, field, option) {
  await page.getByRole('combobox', { name: field, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

async function preview(page) {
  await button(page, 'Preview').click()
  await grid(page).waitFor()
}

describe('converting user IDs', { timeout: 120_000 }, () => {
  let browser
  let window
  let page
  before(async () => {
    browser = await launch()
    window = await openWindow({ folder: await seed(12, 3, '-old', '40') })
    page = await openPage(browser, window)
    await visit(page, '#/tools')
  })
  after(async () => {
    await browser?.close()
    await window?.close()
  })

  it('shows what a rule makes of the first person while it is being typed', async () => {
    const example = page.locator('#main .example')
    await example.getByText('anna.berg@contoso.example').waitFor()
    await choose(page, 'New user ID', 'A template of your own')
    const template = page.getByRole('textbox', { name: 'Template' })
    await template.fill('{familyName|upper}_{givenName|3}')
    await example.getByText('BERG_Ann').waitFor()
    await template.fill('{shoeSize}')
    await example.getByText('shoeSize').waitFor()
    await template.fill('')
    await button(page, 'Fields and how to shape them').click()
    await button(page, 'localId').click()
    assert.equal(await template.inputValue(), '{localId}')
    await example.getByText('70000').waitFor()
    assert.deepEqual(await findings(page), [])
    await choose(page, 'New user ID', 'Primary work e-mail')
  })

  it('shows every row with from, to and state, and changes nothing', async () => {
    const was = await userNames(page)
    await preview(page)
    await row(page, 'Cleo Ash').waitFor()
    assert.equal(await grid(page).getAttribute('aria-rowcount'), '53')
    assert.deepEqual(await cells(page, 'Anna Berg'), ['Anna Berg', 'a.berg', 'anna.berg@contoso.example', 'Collides'])
    assert.deepEqual(await cells(page, 'Cleo Ash'), ['Cleo Ash', 'c.ash', 'dan.oak@contoso.example', 'Changes, chain'])
    assert.deepEqual(await cells(page, 'Bobby Roe'), ['Bobby Roe', 'bob.roe@contoso.example', '–', 'No source value'])
    assert.deepEqual(await cells(page, 'Fay Letter'), ['Fay Letter', 'Fay.Letter@contoso.example', 'fay.letter@contoso.example', 'Only letter case'])
    assert.deepEqual(await page.locator('#main .chips button').allTextContents().then((all) => all.map((text) => text.replace(/\s+/g, ' ').trim()).sort()),
      ['All 52', 'Changes 33', 'Collides 3', 'No source value 1', 'Not valid 1', 'Only letter case 1', 'Same already 13'])
    await row(page, 'Gus Broken').click()
    await strip(page).getByText('There would be a space in it.').waitFor()
    await row(page, 'נועה').click()
    assert.equal(await row(page, 'נועה').locator('[dir=auto]').first().textContent(), 'נועה כהן')
    assert.deepEqual(await userNames(page), was)
    assert.deepEqual(await findings(page), [])
  })

  it('is searched and filtered by state', async () => {
    await page.getByRole('textbox', { name: 'Search name or user ID' }).fill('dan.oak')
    await main(page).getByText('2 found').waitFor()
    await page.getByRole('textbox', { name: 'Search name or user ID' }).fill('')
    await chip(page, 'Not valid').click()
    await main(page).getByText('1 found').waitFor()
    await chip(page, 'Not valid').click()
    await row(page, 'Cleo Ash').waitFor()
  })

  it('shows both owners of a collision, and goes on only when each is settled', async () => {
    const convert = button(page, /^Convert \d+ user IDs$/)
    assert.equal(await convert.getAttribute('aria-disabled'), 'true')
    await button(page, 'Show them').click()
    await main(page).getByText('3 found').waitFor()
    await grid(page).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await until(page, () => page.evaluate(() => document.activeElement.classList.contains('strip')), 'the focus on the row’s part')
    await strip(page).getByRole('link', { name: 'Anton Berg' }).waitFor()
    await strip(page).getByText('who would get it too').waitFor()
    assert.deepEqual(await findings(page), [])
    await strip(page).getByRole('button', { name: 'Leave out' }).click()
    await main(page).getByText('1 collision is open').waitFor() // Anton gets it now; Bob still wants what Bobby keeps
    await row(page, 'Bob Roe').click()
    await strip(page).getByText('who keeps it').waitFor()
    await strip(page).getByRole('textbox', { name: 'Another user ID' }).fill('eva.same@contoso.example')
    await strip(page).getByRole('button', { name: 'Use it' }).click()
    await strip(page).getByRole('link', { name: 'Eva Same' }).waitFor()
    await strip(page).getByRole('textbox', { name: 'Another user ID' }).fill('robert.roe@contoso.example')
    await page.keyboard.press('Enter')
    await main(page).getByText('collision is open').waitFor({ state: 'detached' })
    await row(page, 'Cleo Ash').waitFor() // nothing is left of the filter
    await row(page, 'Anna Berg').click()
    await strip(page).getByRole('button', { name: 'Take the choice back' }).click()
    await main(page).getByText('2 collisions are open').waitFor()
    await page.keyboard.press('Escape')
    await button(page, 'Number all').click()
    await main(page).getByText('collisions are open').waitFor({ state: 'detached' })
    await until(page, async () => (await cells(page, 'Anton Berg')).at(-1).startsWith('Changes') || (await cells(page, 'Anna Berg')).at(-1).startsWith('Changes, numbered'), 'a number')
    assert.notEqual(await convert.getAttribute('aria-disabled'), 'true')
  })

  it('says that a preview is of another rule than the form', async () => {
    await choose(page, 'New user ID', 'Local ID')
    await main(page).getByText('The rule has changed since this preview was made.').waitFor()
    assert.equal(await button(page, /^Convert \d+ user IDs$/).getAttribute('aria-disabled'), 'true')
    await choose(page, 'New user ID', 'Primary work e-mail')
    await main(page).getByText('The rule has changed since this preview was made.').waitFor({ state: 'detached' })
  })

  it('asks exactly, converts, and leaves the old IDs findable', async () => {
    await button(page, 'Convert 37 user IDs').click()
    const dialog = page.getByRole('alertdialog', { name: 'Convert 37 user IDs?' })
    await dialog.getByText('37 people get another user ID. 15 rows stay as they are.').waitFor()
    await dialog.getByText('It can be undone').waitFor()
    assert.deepEqual(await findings(page), [])
    await dialog.getByRole('button', { name: 'Convert 37 user IDs' }).click()
    await main(page).locator('.job').getByText('37 done').waitFor()
    await until(page, () => page.evaluate(() => document.activeElement.textContent === 'Result'), 'the focus on the result')
    assert.deepEqual(await findings(page), [])
    const now = await userNames(page)
    assert.equal(now.get('Cleo Ash'), 'dan.oak@contoso.example')
    assert.equal(now.get('Dan Oak'), 'daniel.oak@contoso.example')
    assert.equal(now.get('Bob Roe'), 'robert.roe@contoso.example')
    assert.equal(new Set(now.values()).size, 52)
    const { rows } = await ask(page, 'People', { list: '', search: 'c.ash', state: '', sort: 'name', descending: false, from: 0, limit: 5, group: '' })
    assert.deepEqual(rows.map((person) => person.name), ['Cleo Ash'])
  })

  it('saves the old and the new IDs and a report', async () => {
    for (const [name, text] of [['Save old-to-new file', /c\.ash.*dan\.oak@contoso\.example/], ['Save report', /Cleo Ash/]]) {
      await button(page, name).click()
      const dialog = page.getByRole('dialog', { name })
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.getByText('37 rows saved').waitFor()
      assert.match(await readFile(await dialog.locator('.mono').textContent(), 'utf8'), text)
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await dialog.waitFor({ state: 'detached' })
    }
  })

  it('takes single ones back, then all, and says who could not be', async () => {
    const people = await ask(page, 'People', { list: '', search: 'Jörg', state: '', sort: 'name', descending: false, from: 0, limit: 5, group: '' })
    const [changed] = people.rows.filter((person) => person.userName.startsWith('old.'))
    const { address } = await ask(page, 'Snapshot')
    await patch({ address, secret: await newToken(page) }, `/Users/${changed.id}`, { op: 'replace', path: 'userName', value: 'somebody.else@contoso.example' })
    await row(page, 'Eva Same').waitFor({ state: 'detached' })
    await row(page, 'Fay Letter').click()
    await strip(page).getByRole('button', { name: 'Undo this one' }).click()
    await page.getByRole('alertdialog', { name: 'Undo 1 row?' }).getByRole('button', { name: 'Undo 1' }).click()
    await row(page, 'Fay Letter').getByText('Undone').waitFor()
    assert.equal((await userNames(page)).get('Fay Letter'), 'Fay.Letter@contoso.example')
    await button(page, 'Undo all').click()
    await page.getByRole('alertdialog', { name: 'Undo 36 rows?' }).getByRole('button', { name: 'Undo 36' }).click()
    await main(page).locator('.job').getByText('1 could not be undone').waitFor()
    await chip(page, 'Could not be undone').click()
    await until(page, async () => (await row(page, '').count()) === 1, 'the one that could not be undone alone')
    await row(page, changed.name).click()
    await strip(page).getByText('Somebody changed it since, so it was left as it is.').waitFor()
    const now = await userNames(page)
    assert.equal(now.get('Cleo Ash'), 'c.ash')
    assert.equal(now.get('Dan Oak'), 'dan.oak@contoso.example')
    assert.equal(now.get(changed.name), 'somebody.else@contoso.example')
  })

  it('stands in the journal, with every row', async () => {
    await page.getByRole('tab', { name: 'Journal' }).click()
    await page.getByRole('button', { name: /Conversion of user IDs.*37 rows.*Undone/ }).click()
    await page.getByRole('heading', { name: 'Job 1: Primary work e-mail' }).waitFor()
    await until(page, async () => (await grid(page, 'Rows of the job').getAttribute('aria-rowcount')) === '38', 'all rows')
    assert.equal(await button(page, 'Undo all').getAttribute('aria-disabled'), 'true')
    assert.deepEqual(await findings(page), [])
  })

  it('leaves out whom Entra owns, unless they are ticked, and says what Entra will do', async () => {
    await visit(page, '#/tools/convert?search=contoso&state=active')
    const search = page.getByRole('textbox', { name: 'Name, e-mail or ID has' })
    const another = button(page, 'Another conversion')
    await search.or(another).first().waitFor()
    if (await another.isVisible()) await another.click()
    await until(page, async () => (await search.inputValue()) === 'contoso', 'what the address says')
    await choose(page, 'New user ID', 'Mailbox name (before the @)')
    await preview(page)
    await row(page, 'Owned by Entra').first().waitFor()
    const before = Number((await chip(page, 'Owned by Entra').textContent()).match(/\d+/)[0])
    assert.ok(before >= 10)
    await page.getByRole('checkbox', { name: 'Also those owned by Entra' }).check()
    await main(page).getByText('Entra has written these user IDs.').waitFor()
    await button(page, 'Preview again').click()
    await chip(page, 'Owned by Entra').waitFor({ state: 'detached' })
    await button(page, 'Leave all out').click()
    await main(page).getByText('Entra matches people by user ID.').waitFor()
    assert.deepEqual(await findings(page), [])
  })

  it('is about those who were ticked in the list of people, or a group', async () => {
    const { rows } = await ask(page, 'People', { list: '', search: 'berg', state: '', sort: 'name', descending: false, from: 0, limit: 2, group: '' })
    await visit(page, `#/tools/convert?ids=${rows.map((person) => person.id).join(',')}`)
    await page.getByRole('radio', { name: 'The 2 who are selected' }).waitFor()
    await preview(page)
    await until(page, async () => (await grid(page).getAttribute('aria-rowcount')) === '3', 'two rows')
    await page.getByRole('radio', { name: 'Members of a group' }).click()
    await page.getByRole('combobox', { name: 'Group' }).pressSequentially('every')
    await page.getByRole('option', { name: /^Everybody/ }).click()
    await button(page, 'Preview again').click()
    await until(page, async () => (await grid(page).getAttribute('aria-rowcount')) === '13', 'the members')
  })

  it('converts by a list of old and new IDs that was pasted', async () => {
    await visit(page, '#/tools/convert?search=')
    await choose(page, 'New user ID', 'A list of old and new')
    assert.equal(await button(page, 'Preview').getAttribute('aria-disabled'), 'true')
    await page.getByRole('radio', { name: 'Everybody' }).click()
    await button(page, 'paste text').click()
    await page.getByRole('textbox', { name: 'Pasted text' }).fill('old;new\nc.ash;cleo\nnobody.here;x\n')
    await page.keyboard.press('Control+Enter')
    await main(page).getByText('The pasted text').waitFor()
    await preview(page)
    await row(page, 'nobody.here').getByText('Nobody has it').waitFor()
    assert.deepEqual(await cells(page, 'Cleo Ash'), ['Cleo Ash', 'c.ash', 'cleo', 'Changes'])
  })

  it('shows a plan that was made elsewhere, and says when it is not kept any more', async () => {
    const { plan } = await ask(page, 'PlanUserIDs', { to: 'local-id', emailType: '', fromDomain: '', toDomain: '', template: '', upload: '', search: '', state: '', group: '', quality: '', ids: [], owned: false })
    await visit(page, `#/tools/convert?plan=${plan}`)
    await row(page, 'Cleo Ash').getByText('70004').waitFor()
    await until(page, () => new URL(page.url()).hash === '#/tools/convert', 'the address without it')
    await visit(page, '#/tools/convert?plan=nothing')
    await main(page).getByText('PLAN_GONE').waitFor()
  })

  it('stays whole in the small window, in the dark, in German', async () => {
    await visit(page, '#/tools/convert?search=contoso')
    await choose(page, 'New user ID', 'Primary work e-mail')
    await preview(page)
    await look(page, { width: 900, height: 600, dark: true })
    await row(page, 'Anna Berg').click()
    await settled(page)
    assert.deepEqual(await findings(page), [])
    await ask(page, 'SavePreferences', 'system', 'de')
    await page.reload()
    await page.getByRole('tab', { name: 'User-IDs umstellen' }).waitFor()
    await main(page).getByRole('button', { name: 'Vorschau' }).click()
    await page.getByRole('grid').waitFor()
    await main(page).getByRole('button', { name: 'Regel ändern' }).waitFor()
    assert.deepEqual(await findings(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false)
    await ask(page, 'SavePreferences', 'system', 'en')
    assert.deepEqual(page.faults, [])
  })
})

describe('converting user IDs where it can not be', { timeout: 60_000 }, () => {
  let browser
  let window
  before(async () => {
    browser = await launch()
    window = await openWindow()
  })
  after(async () => {
    await browser?.close()
    await window?.close()
  })

  it('says what to do while there is nobody', async () => {
    const page = await openPage(browser, window)
    await visit(page, '#/tools/convert')
    await page.getByText('No people yet').waitFor()
    assert.deepEqual(await findings(page), [])
    await visit(page, '#/tools/journal')
    await page.getByText('Nothing here yet').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.context().close()
  })

  it('says what went wrong, and tries again', async () => {
    const page = await openPage(browser, window, {
      broken: breakCalls({
        PlanUserIDs: `(real, rule) => (globalThis.mended ? real(rule) : ${refusal('DB_LOCKED')})`,
        Jobs: `(real) => (globalThis.mended ? real() : ${refusal('DB_LOCKED')})`,
        Snapshot: 'async (real) => { const s = await real(); return { ...s, people: { ...s.people, total: 1 } } }',
      }),
    })
    await visit(page, '#/tools/convert')
    await button(page, 'Preview').click()
    await main(page).getByText('DB_LOCKED').waitFor()
    assert.deepEqual(await findings(page), [])
    await visit(page, '#/tools/journal')
    await main(page).getByText('DB_LOCKED').waitFor()
    await page.evaluate(() => (globalThis.mended = true))
    await again(page, main(page))
    await page.getByText('Nothing here yet').waitFor()
    await visit(page, '#/tools/convert')
    await button(page, 'Preview').click()
    await main(page).getByText('Nobody fits').waitFor()
    await page.context().close()
  })

  it('shows how far a job is, wherever somebody looks', async () => {
    const job = { seq: 7, kind: 'convert', state: 'running', face: 'window', rule: 'email', file: '', made: '2026-11-22T12:00:00Z', ended: '', total: 100_000, done: 12_000, failed: 3, undone: 0, refused: 0, canUndo: false, code: '', fault: '' }
    const page = await openPage(browser, window, {
      broken: breakCalls({
        Snapshot: `async (real) => ({ ...(await real()), job: ${JSON.stringify(job)} })`, Jobs: `async () => [${JSON.stringify(job)}]`,
        JobRows: `async () => ({ total: 0, rows: [] })`,
      }),
    })
    await visit(page, '#/tools/lookup')
    await page.getByText('Conversion of user IDs: 12,003 of 100,000.').waitFor()
    await button(page, 'Show the journal').click()
    await main(page).getByRole('progressbar', { name: 'Conversion of user IDs' }).waitFor()
    await main(page).getByText('12,003 of 100,000. Entra goes on being answered meanwhile.').waitFor()
    assert.deepEqual(await findings(page), [])
    await page.context().close()
  })
})
