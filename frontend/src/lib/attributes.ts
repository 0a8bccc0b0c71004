const words = [
  'active', 'addresses', 'costCenter', 'department', 'displayName', 'division', 'emails', 'employeeNumber', 'externalId', 'ims', 'locale', 'manager', 'members',
  'name', 'nickName', 'organization', 'phoneNumbers', 'preferredLanguage', 'profileUrl', 'roles', 'timezone', 'title', 'userName', 'userType',
] as const

export type AttributeWord = (typeof words)[number]

/**
 * The attribute that a SCIM path is about, as the end of a key in locales under common.attributes; of another one the name
 * that stands in the path.
 */
export function attributeOf(path: string): { word: AttributeWord } | { name: string } {
  const name = /^[\w$-]+/.exec(path.replace(/^urn:(?:[^:[]+:)*/, ''))?.[0] ?? path
  const word = words.find((w) => w.toLowerCase() === name.toLowerCase())
  return word ? { word } : { name }
}
