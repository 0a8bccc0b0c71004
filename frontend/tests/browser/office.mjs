// A small office of invented people, put into a window by SCIM requests as Entra would send them.
import { after, before } from 'node:test'
import { ask, launch, newToken, openPage, openWindow, visit } from './window.mjs'

const core = 'urn:ietf:params:scim:schemas:core:2.0'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** Sends one request; the answer's body, null if it has none. */
export async function scim(office, method, path, body) {
  const response = await fetch(office.address + path, {
    method,
    headers: { Authorization: `Bearer ${office.secret}`, 'Content-Type': 'application/scim+json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? null : response.json()
}

export const patch = (office, path, ...operations) => scim(office, 'PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations })

export const addPerson = (office, name, more = {}) => {
  const userName = `${name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, '.')}@office.example`
  return scim(office, 'POST', '/Users', {
    schemas: [`${core}:User`], userName, displayName: name, externalId: userName.split('@')[0], active: true, emails: [{ type: 'work', value: userName, primary: true }], ...more,
  })
}

export const addGroup = (office, name, members = []) =>
  scim(office, 'POST', '/Groups', { schemas: [`${core}:Group`], displayName: name, externalId: `group-${name}`, members: members.map((value) => ({ value })) })

/** Some thirty people and three groups; the ids of those that tests speak of. */
export async function fillOffice(page) {
  const office = { secret: await newToken(page), address: (await ask(page, 'Snapshot')).address }
  const lea = await addPerson(office, 'Lea Lead')
  const anna = await addPerson(office, 'Anna Berg', {
    schemas: [`${core}:User`, enterprise], title: 'Clerk', [enterprise]: { department: 'Sales', manager: { value: lea.id } },
  })
  await patch(office, `/Users/${anna.id}`, { op: 'replace', path: 'title', value: 'Lead' })
  const bob = await addPerson(office, 'Bob Roe', { active: false })
  const dora = await addPerson(office, 'Dora Gone')
  await scim(office, 'DELETE', `/Users/${dora.id}`)
  const rene = await addPerson(office, 'René Ärmel')
  for (let i = 10; i < 40; i++) await addPerson(office, `Person ${i}`)
  const sales = await addGroup(office, 'Sales', [anna.id, bob.id, 'nobody-has-this'])
  await patch(office, `/Groups/${sales.id}`, { op: 'add', path: 'members', value: [{ value: rene.id }] })
  await patch(office, `/Groups/${sales.id}`, { op: 'replace', path: 'displayName', value: 'Sales and service' })
  const empty = await addGroup(office, 'Empty room')
  const gone = await addGroup(office, 'Gone group', [anna.id])
  await scim(office, 'DELETE', `/Groups/${gone.id}`)
  return { ...office, lea, anna, bob, dora, rene, sales, empty, gone }
}

/** A window of its own for the tests of one describe, on a place; its page and, once it is filled, the office. */
export function stage(place, options = {}) {
  const on = {}
  before(async () => {
    on.browser = await launch()
    on.window = await openWindow()
    on.page = await openPage(on.browser, on.window, options)
    await visit(on.page, place)
  })
  after(async () => {
    await on.browser?.close()
    await on.window?.close()
  })
  return on
}
