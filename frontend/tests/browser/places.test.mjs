// Every place, empty, with 200 and with 100,000 people, in both themes and sizes: nothing for axe to find, nothing cut off or
// sticking out, no fault in the page's own code.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { places } from './places.mjs'
import { findings, launch, newToken, openPage, openWindow, rehearse, seed, settled, visit } from './window.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** What sticks out of the window or makes it scroll sideways. */
const stickingOut = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['the page scrolls sideways'] : []
    const tall = document.documentElement.scrollHeight > document.documentElement.clientHeight ? ['the window scrolls as a whole'] : []
    const out = [...document.querySelectorAll('button, input, a[href], [role=tab]')]
      .filter((el) => el.checkVisibility({ visibilityProperty: true }) && !el.closest('.visually-hidden, [data-tabster-dummy], [role=grid], .skip'))
      .filter((el) => {
        const box = el.getBoundingClientRect()
        return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)
      })
      .map((el) => `${el.tagName} ${el.textContent || el.getAttribute('aria-label')}`)
    return [...wide, ...tall, ...out]
  })

const looks = [
  { dark: false, width: 1280, height: 800 },
  { dark: true, width: 900, height: 600 },
]

for (const [what, fill] of [
  ['nobody', async () => openWindow()],
  ['200 people', async () => {
    const window = await openWindow()
    const page = await openPage(browser, window)
    const { address } = await page.evaluate(() => globalThis.go.main.App.Snapshot())
    await rehearse(window, address, await newToken(page), '--people', '200', '--groups', '12', '--cycles', '3')
    await page.context().close()
    return window
  }],
  ['100,000 people', async () => openWindow({ folder: await seed(100_000) })],
]) {
  describe(`with ${what}`, { timeout: 400_000 }, () => {
    let window
    before(async () => (window = await fill()))
    after(() => window?.close())
    for (const look of looks) {
      it(`every place is whole and clear, ${look.dark ? 'dark' : 'light'}, ${look.width}x${look.height}`, async () => {
        const page = await openPage(browser, window, look)
        await page.locator('main h1').first().waitFor()
        for (const [name, hash] of await places(page)) {
          await visit(page, hash)
          await settled(page)
          assert.deepEqual(await findings(page), [], name)
          assert.deepEqual(await stickingOut(page), [], name)
        }
        assert.deepEqual(page.faults, [])
        await page.context().close()
      })
    }
  })
}
