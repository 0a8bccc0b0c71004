// Every place of the window, for whoever looks at all of them: the tests of accessibility and layout, and the pictures.
import { ask } from './window.mjs'

const anyone = { list: '', search: '', state: '', sort: 'name', descending: false, from: 0, limit: 1, group: '' }

/** Name and address of each place, with somebody and something open where the store has any. */
export async function places(page) {
  const all = [['overview', '#/overview'], ['activity', '#/activity'], ['people', '#/people'], ['groups', '#/groups'], ['connection', '#/connection'], ['settings', '#/settings']]
  const [person] = (await ask(page, 'People', { ...anyone })).rows
  const [group] = (await ask(page, 'Groups', { ...anyone })).rows
  const { activity } = await ask(page, 'Snapshot')
  const newest = await ask(page, 'FindActivity', {
    filter: { outcomes: [], methods: [], actions: ['update', 'create'], status: 0, person: '', resource: '', text: '', from: '', until: '' },
    before: 0, after: 0, limit: 1,
  })
  const seq = newest.seqs[0] ?? activity.last
  if (person) for (const tab of ['profile', 'groups', 'history', 'raw']) all.push([`person-${tab}`, `#/people/${person.id}/${tab}`])
  if (group) for (const tab of ['members', 'history', 'profile', 'raw']) all.push([`group-${tab}`, `#/groups/${group.id}/${tab}`])
  if (seq) for (const tab of ['summary', 'changes', 'request', 'response']) all.push([`request-${tab}`, `#/activity/${seq}/${tab}`])
  return all
}
