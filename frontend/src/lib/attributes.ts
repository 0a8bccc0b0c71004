const words = [
  'active', 'addresses', 'costCenter', 'department', 'displayName', 'division', 'emails', 'employeeNumber', 'externalId', 'ims', 'locale', 'manager', 'members',
  'name', 'nickName', 'organization', 'phoneNumbers', 'preferredLanguage', 'profileUrl', 'roles', 'timezone', 'title', 'userName', 'userType',
] as const

export type AttributeWord = (typeof words)[number]

/** Takes a SCIM path apart: urn:…:User:manager.value is manager.value of the extension before it. */
export function splitPath(path: string): { urn: string; name: string } {
  const name = path.split('[', 1)[0] ?? path
  const colon = /^urn:/i.test(path) ? name.lastIndexOf(':') : -1
  return colon < 0 ? { urn: '', name: path } : { urn: path.slice(0, colon), name: path.slice(colon + 1) }
}

/**
 * The attribute that a SCIM path is about, as the end of a key in locales under common.attributes; of another one the name
 * that stands in the path.
 */
export function attributeOf(path: string): { word: AttributeWord } | { name: string } {
  const name = /^[\w$-]+/.exec(splitPath(path).name)?.[0] ?? path
  const word = words.find((w) => w.toLowerCase() === name.toLowerCase())
  return word ? { word } : { name }
}
