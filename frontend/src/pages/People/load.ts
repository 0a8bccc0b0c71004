import { groups, people } from '../../api/wails'
import { everybody } from '../../state/list'
import type { Picked } from '../Directory/Pick'

const most = 20

/** Groups that match, for somebody who types. */
export async function findGroups(search: string): Promise<Picked[]> {
  const { rows } = await groups({ ...everybody, search, list: '', from: 0, limit: most })
  return rows.map(({ id, name }) => ({ id, name: name || id }))
}

/** People who match, for somebody who types. */
export async function findPeople(search: string): Promise<Picked[]> {
  const { rows } = await people({ ...everybody, search, list: '', from: 0, limit: most })
  return rows.map(({ id, name, userName }) => ({ id, name: name || userName, hint: userName }))
}

/** What a group or a person is called; the id where nobody knows it. */
export async function nameOf(of: 'group' | 'manager', id: string): Promise<string> {
  const pull = of === 'group' ? groups : people
  const { rows } = await pull({ ...everybody, list: '', from: 0, limit: 1, ids: [id] })
  return rows[0]?.name || id
}
