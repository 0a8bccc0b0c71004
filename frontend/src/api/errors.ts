/** The codes the page has a sentence and an advice for, in locales under errors.CODE. */
export const knownCodes = [
  'AUTHTOKEN_FIXED', 'BAD_ADDRESS', 'BAD_AUTHTOKEN', 'BAD_CONFIG', 'BAD_FILE', 'BAD_QUERY', 'BAD_REHEARSAL', 'BAD_SERVER', 'BAD_SETTING', 'CALL_TIMEOUT',
  'CANCELLED', 'CHANGED', 'COLLISIONS', 'DB_CORRUPT', 'DB_FAILING', 'DB_FULL', 'DB_LOCKED', 'DB_NEWER', 'DB_READONLY', 'ENTRA_OWNS',
  'EXPORT_FAILED', 'FOLDER_FIXED', 'FOLDER_NOT_EMPTY', 'GROUPS_COLLIDE', 'HANDOVER_CLEANED', 'INTERNAL', 'JOB_RUNNING', 'JOB_STATE', 'LISTEN_EXPOSED', 'NOT_FOUND', 'NOT_SERVING',
  'NO_ANSWER', 'NO_KEYCHAIN', 'NO_PERMISSION', 'NO_TUNNEL', 'OPENING', 'PLAN_GONE', 'PLAN_STALE', 'PORT_BUSY', 'QUARANTINED', 'REFUSED',
  'SAMPLE_CONNECTION', 'SAMPLE_RUNNING', 'SECOND_COPY', 'TOKEN_EXPIRY', 'TOKEN_NONE', 'TOKEN_NOT_ROTATING', 'TOKEN_ROTATING',
  'TUNNEL_ACCOUNT', 'TUNNEL_AUTH', 'TUNNEL_BUG', 'TUNNEL_DOMAIN_ACL', 'TUNNEL_DOMAIN_BAD', 'TUNNEL_DOMAIN_FOREIGN', 'TUNNEL_DOMAIN_PLAN',
  'TUNNEL_DOMAIN_REGION', 'TUNNEL_DOMAIN_TAKEN', 'TUNNEL_DOMAIN_UNKNOWN', 'TUNNEL_INSPECTED', 'TUNNEL_LOST', 'TUNNEL_NO_NET',
  'TUNNEL_NO_TOKEN', 'TUNNEL_OLD_APP', 'TUNNEL_OTHER', 'TUNNEL_POLICY', 'TUNNEL_PROXY', 'TUNNEL_PROXY_PLAN', 'TUNNEL_QUOTA',
  'TUNNEL_REFUSED_HERE', 'TUNNEL_REMOTE_STOP', 'TUNNEL_TOO_FAST', 'TUNNEL_TOO_MANY',
] as const

export type Code = (typeof knownCodes)[number]

/** A failed call. Message is the backend's own sentence, in English; what the user reads first comes from the locales. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

/** Makes an ApiError of whatever a call rejected with: an Error whose message is {"code", "message"} as JSON, or plain text. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'code' in parsed && typeof parsed.code === 'string') {
      const message = 'message' in parsed && typeof parsed.message === 'string' ? parsed.message : ''
      return new ApiError(parsed.code, message)
    }
  } catch {
    // Not ours: Wails' own text, kept as it is.
  }
  return new ApiError('INTERNAL', text)
}

const withDetail = new Set(['BAD_FILE', 'BAD_SERVER', 'COLLISIONS', 'ENTRA_OWNS', 'BAD_AUTHTOKEN', 'NO_KEYCHAIN', 'BAD_CONFIG', 'BAD_QUERY', 'BAD_SETTING', 'DB_CORRUPT', 'DB_FAILING', 'EXPORT_FAILED', 'GROUPS_COLLIDE', 'INTERNAL', 'LISTEN_EXPOSED', 'NO_ANSWER', 'NOT_FOUND', 'NOT_SERVING', 'NO_PERMISSION', 'NO_TUNNEL', 'QUARANTINED', 'REFUSED'])

/** The backend's own sentence where it says more than ours: which file, which value, what the system said. */
export function detailOf(error: { code: string; message: string }): string {
  return withDetail.has(error.code) || errorKey(error.code) === 'errors.INTERNAL' ? error.message : ''
}

/** The key in locales for a code; a code from a newer backend reads as INTERNAL. */
export function errorKey(code: string): `errors.${Code}` {
  const known = knownCodes.find((k) => k === code)
  return `errors.${known ?? 'INTERNAL'}`
}
