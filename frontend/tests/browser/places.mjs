// Every place of the window, for whoever looks at all of them: the tests of accessibility and layout, and the pictures.
import { ask, breakCalls } from './window.mjs'

const anyone = { list: '', search: '', state: '', sort: 'name', descending: false, from: 0, limit: 1, group: '' }

/** Name and address of each place, with somebody and something open where the store has any. */
export async function places(page) {
  const all = [['overview', '#/overview'], ['activity', '#/activity'], ['people', '#/people'], ['groups', '#/groups'], ['connection', '#/connection'], ['connection-target', '#/connection/target'], ['tools', '#/tools/convert'], ...['lookup', 'import', 'forecast', 'handover', 'journal'].map((name) => [`tools-${name}`, `#/tools/${name}`]), ...['plan', 'people', 'values'].map((name) => [`setup-${name}`, `#/setup/${name}`]), ['settings', '#/settings'], ['settings-diagnostics', '#/settings/diagnostics']]
  const [person] = (await ask(page, 'People', { ...anyone })).rows
  const [group] = (await ask(page, 'Groups', { ...anyone })).rows
  const { activity } = await ask(page, 'Snapshot')
  const newest = await ask(page, 'FindActivity', {
    filter: { outcomes: [], methods: [], actions: ['update', 'create'], status: 0, person: '', resource: '', text: '', from: '', until: '' },
    before: 0, after: 0, limit: 1,
  })
  const seq = newest.seqs[0] ?? activity.last
  if (person) for (const tab of ['profile', 'groups', 'team', 'history', 'raw']) all.push([`person-${tab}`, `#/people/${person.id}/${tab}`])
  if (group) for (const tab of ['members', 'history', 'profile', 'raw']) all.push([`group-${tab}`, `#/groups/${group.id}/${tab}`])
  if (seq) for (const tab of ['summary', 'changes', 'request', 'response']) all.push([`request-${tab}`, `#/activity/${seq}/${tab}`])
  return all
}

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()
const ngrokAddress = 'https://desk-of-contoso-with-a-long-name.ngrok-free.example/scim/v2'

/** The most telling states of a tunnel, as parts of what the backend says of it; playTunnel shows the one that it is given. */
export const tunnelStates = {
  up: { tunnel: { state: 'up', region: 'eu', latency: 31.2, account: 'Contoso', plan: 'Free', reconnectsToday: 2, lastReconnect: ago(80), lastOutage: 3 }, quota: 'high' },
  reconnecting: { tunnel: { state: 'reconnecting', code: 'TUNNEL_NO_NET', detail: 'dial tcp: lookup connect.ngrok-agent.com: no such host', attempt: 4, nextTry: ago(-1) }, quota: 'ok' },
  blocked: { tunnel: { state: 'blocked', code: 'TUNNEL_DOMAIN_TAKEN', ngrok: 'ERR_NGROK_334', detail: 'The endpoint is already online.' }, quota: 'ok' },
  changed: { tunnel: { state: 'up', region: 'us', latency: 140 }, changed: { old: ngrokAddress.replace('desk', 'former-desk'), new: ngrokAddress, at: ago(7) }, quota: 'critical' },
}

/** A script for openPage: the tunnel of a folder that has none is as globalThis.tunnelState says. */
export const playTunnel = breakCalls({
  Snapshot: `async (real) => {
    const all = await real()
    const now = globalThis.tunnelState
    return now ? { ...all, address: '${ngrokAddress}', tunnel: { ...all.tunnel, way: 'ngrok', ...now.tunnel }, changed: now.changed ?? all.changed, quota: now.quota, check: now.check ?? all.check } : all
  }`,
  Connection: `async (real) => {
    const all = await real()
    const now = globalThis.tunnelState
    if (!now) return all
    const used = { ok: 4100, high: 14600, critical: 18900 }[now.quota]
    return {
      ...all, address: '${ngrokAddress}', settings: { ...all.settings, way: 'ngrok', edgePolicy: true, plan: 'free' },
      tunnel: { ...all.tunnel, way: 'ngrok', ...now.tunnel }, changed: now.changed ?? all.changed,
      edge: { state: 'on', code: '', detail: '', rules: ['path', 'method', 'credential'] },
      authtoken: { exists: true, place: 'keychain', keychain: true, problem: '' },
      quota: { plan: 'free', month: '2026-11', requests: used, requestLimit: 20000, bytes: 31e6, byteLimit: 1e9, percent: used / 200, level: now.quota, people: 200, cycleRequests: 240, monthEnd: used * 1.3 },
      gaps: [
        { from: '${ago(70)}', to: '${ago(20)}', cause: 'sleep', detail: '', seconds: 3000, visits: 1 },
        { from: '${ago(2000)}', to: '${ago(700)}', cause: 'offline', detail: 'no network', seconds: 78000, visits: 33 },
      ],
    }
  }`,
})

/** Shows one of tunnelStates on a page that was opened with playTunnel. */
export async function showTunnel(page, state) {
  await page.evaluate((now) => {
    globalThis.tunnelState = now
  }, state)
  await ask(page, 'DismissReminder') // tells the page that something has changed
}
