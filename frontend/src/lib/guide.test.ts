import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import de from '../locales/de/setup.json'
import en from '../locales/en/setup.json'
import { stepOf } from '../state/target'
import { beside, deeds, detailOf, guideDetails, guideStepOf, guideSteps, mendedIn, stateOf, tutorialPlaces } from './guide'

const go = (name: string) => readFileSync(`../backend/${name}.go`, 'utf8')

describe('the set-up guide', () => {
  it('has the steps of the backend in their order, each with its words', () => {
    const names = new Map([...go('guide').matchAll(/^\t(Guide\w+)\s+= "([a-z-]+)"/gm)].map(([, name, id]) => [name, id]))
    const order = /var guideSteps = \[\]string{([^}]+)}/.exec(go('guide'))?.[1]?.split(',').map((name) => names.get(name.trim()))
    expect(order).toEqual([...guideSteps])
    for (const { steps } of [en, de]) expect(Object.keys(steps)).toEqual([...guideSteps])
  })

  it('has a sentence for each code of the backend, and no other', () => {
    const codes = [...go('guide').matchAll(/^\tguide\w+\s+= "([A-Z_]+)"/gm)].map(([, code]) => code)
    expect([...guideDetails].sort()).toEqual(codes.sort())
    for (const code of guideDetails) expect([code, code === 'JOB' ? 'JOB_one' in en.details : code in en.details]).toEqual([code, true])
    expect([detailOf('LATER'), guideStepOf('later'), stateOf({ state: 'later' }, false), stateOf({ state: 'done' }, true)]).toEqual([null, null, 'unknown', 'unknown'])
  })

  it('leads from each step to the next, and from each trouble to where it is mended', () => {
    expect([beside('plan', -1), beside('plan', 1), beside('watch', 1)]).toEqual([null, 'night', null])
    for (const step of Object.values(mendedIn)) expect(guideSteps).toContain(step)
  })

  it('says what to press in both generations of the portal', () => {
    const pressed = Object.values(deeds).flatMap(({ current, classic }) => [...current, ...classic])
    for (const { portal } of [en, de]) expect(new Set(Object.keys(portal))).toEqual(new Set(pressed))
  })
})

/** The tutorial of each target is walked in the guide: every step stands at one of its steps. */
describe.each(readdirSync('../backend/target').filter((name) => name.endsWith('.json')))('%s', (name) => {
  const { steps } = JSON.parse(readFileSync(`../backend/target/${name}`, 'utf8')) as { steps: string[] }

  it('has a place for each step of its tutorial', () => {
    for (const code of steps) {
      const step = stepOf(code)
      expect(step && guideSteps.includes(tutorialPlaces[step]), code).toBe(true)
    }
  })
})
