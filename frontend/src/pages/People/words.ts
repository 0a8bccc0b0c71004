/** The roles that a person may be given here, "" for none, as the backend names them. */
export const roles = ['', 'administrator', 'user-manager'] as const

/** What a role is called; one of a newer backend reads as none. */
export function roleKey(role: string) {
  if (role === 'administrator' || role === 'user-manager') return `people.roles.${role}` as const
  return 'people.roles.none'
}
