// Takes a picture of every place in both themes and sizes into the folder that is named, and one sheet of all of them:
// pictures.mjs FOLDER SHEET README
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { places } from './places.mjs'
import { ask, launch, newToken, openPage, openWindow, rehearse, settled, visit } from './window.mjs'

const [folder, sheet, readme] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const sizes = [[1280, 800], [900, 600]]
const browser = await launch()

/** Pictures of all places of a window, named state-place-theme-width. */
async function take(window, state) {
  const taken = []
  for (const [width, height] of sizes) {
    for (const dark of [false, true]) {
      const page = await openPage(browser, window, { width, height, dark })
      await page.locator('main h1').first().waitFor()
      for (const [name, hash] of await places(page)) {
        await visit(page, hash)
        await settled(page)
        const file = join(folder, `${state}-${name}-${dark ? 'dark' : 'light'}-${width}.png`)
        await page.screenshot({ path: file })
        taken.push({ state, name, file })
      }
      await page.context().close()
    }
  }
  return taken
}

const empty = await openWindow()
const taken = await take(empty, 'empty')
await empty.close()

const window = await openWindow()
const page = await openPage(browser, window)
const { address } = await ask(page, 'Snapshot')
await rehearse(window, address, await newToken(page), '--people', '120', '--groups', '10', '--cycles', '3')
await page.context().close()
taken.push(...(await take(window, 'full')))

if (readme) {
  const one = await openPage(browser, window)
  await visit(one, '#/overview')
  await settled(one)
  await one.screenshot({ path: readme })
}
await window.close()

if (sheet) {
  const rows = new Map()
  for (const one of taken) {
    const title = `${one.name}, ${one.state}`
    rows.set(title, [...(rows.get(title) ?? []), one])
  }
  const shown = [...rows].filter(([title]) => !/raw|request-request|request-response|group-profile|person-(groups|team)|(tools-(lookup|import|forecast|journal)|setup-people|setup-plan), full/.test(title))
  const page = await browser.newPage({ viewport: { width: 1480, height: 800 } })
  const picture = async ({ file }) => `<img src="data:image/png;base64,${(await readFile(file)).toString('base64')}">`
  const lines = await Promise.all(shown.map(async ([title, all]) => `<h2>${title}</h2><div>${(await Promise.all(all.map(picture))).join('')}</div>`))
  await page.setContent(`<style>body{font:14px sans-serif;margin:16px;background:#ddd}h2{font-size:14px;margin:12px 0 4px}div{display:flex;gap:8px}img{width:356px;height:auto;align-self:start}</style>${lines.join('')}`)
  await page.screenshot({ path: sheet, fullPage: true, type: 'jpeg', quality: 55 })
}
await browser.close()
