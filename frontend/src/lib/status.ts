export const outcomes = ['success', 'notFound', 'failure', 'error', 'cutOff'] as const
/** What the end of a request means for the admin, in the words of the list. */
export type Outcome = (typeof outcomes)[number]

/** How a request ended, as the backend decided; one from a newer backend reads as cut off: nothing is known of it. */
export function outcome(row: { outcome: string }): Outcome {
  return outcomes.find((o) => o === row.outcome) ?? 'cutOff'
}

export const actions = [
  'create', 'update', 'disable', 'enable', 'delete', 'members', 'read', 'match', 'list', 'test', 'discovery', 'other',
] as const
/** What a request was for. */
export type Action = (typeof actions)[number]

/** The key in locales for an action; an action from a newer backend reads as other. */
export function actionKey(action: string): `common.actions.${Action}` {
  const known = actions.find((a) => a === action)
  return `common.actions.${known ?? 'other'}`
}

const databaseCodes: Record<string, string> = {
  full: 'DB_FULL', 'read-only': 'DB_READONLY', locked: 'DB_LOCKED', corrupt: 'DB_CORRUPT', failing: 'DB_FAILING',
}

interface Health {
  tunnel: { way: string }
  listener: { serving: boolean; code: string; message: string }
  database: { state: string; detail: string }
}

/** The worst of what keeps changes from arriving, as an error; null if nothing does. */
export function trouble({ tunnel, listener, database }: Health): { code: string; message: string } | null {
  if (database.state !== 'ok') return { code: databaseCodes[database.state] ?? 'INTERNAL', message: database.detail }
  // What comes through ngrok needs no port.
  if (!listener.serving && tunnel.way !== 'ngrok') return { code: listener.code || 'INTERNAL', message: listener.message }
  return null
}

const vias = ['tunnel', 'proxy', 'local'] as const
/** How a request came here: through the tunnel, through a proxy of the admin's, or from this computer. */
export type Via = (typeof vias)[number] | 'unknown'

/** One of before this was noted, or of a newer backend, is unknown. */
export const viaOf = ({ via }: { via: string }): Via => vias.find((one) => one === via) ?? 'unknown'

const marks = ['userAgent', 'header', 'address'] as const
/** What of a request is not as Entra sends it. */
export type Mark = (typeof marks)[number] | 'other'

export const markOf = (mark: string): Mark => marks.find((one) => one === mark) ?? 'other'
