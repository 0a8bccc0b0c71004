// How long it takes from pressing a page's name until its content is painted, with as many people as PEOPLE says. Each page is
// changed to several times from each other one; what is printed are medians and the worst of one run.
import { launch, openPage, openWindow, seed, settled, visit } from './window.mjs'

const people = Number(process.env.PEOPLE ?? 20_000)
const rounds = 7
const names = ['Overview', 'Activity', 'People', 'Groups', 'Connection', 'Settings']

/** Milliseconds from the click until the new page's title and every part of it that loads were painted. */
const change = (page, name) =>
  page.evaluate(
    (to) =>
      new Promise((done) => {
        const start = performance.now()
        const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
        const look = () => {
          if (document.querySelector('main h1')?.textContent.startsWith(to) && document.querySelector('main .bone, main .late') === null) painted()
          else requestAnimationFrame(look)
        }
        const named = (el) => (el.getAttribute('aria-label') ?? el.textContent).startsWith(to)
        ;[...document.querySelectorAll('nav a, nav button')].find(named).click()
        requestAnimationFrame(look)
      }),
    name,
  )

const folder = await seed(people)
const browser = await launch()
const window = await openWindow({ folder })
try {
  const page = await openPage(browser, window)
  await page.locator('main h1').first().waitFor()
  const took = new Map(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      await visit(page, name === 'Settings' ? '#/connection' : '#/settings')
      await settled(page)
      took.get(name).push(await change(page, name))
    }
  }
  for (const [name, all] of took) {
    all.sort((a, b) => a - b)
    console.log(`page change to ${name.padEnd(10)} ${all[rounds >> 1].toFixed(0).padStart(4)} ms (worst of ${rounds}: ${all.at(-1).toFixed(0)} ms), ${people} people`)
  }
} finally {
  await browser.close()
  await window.close()
}
