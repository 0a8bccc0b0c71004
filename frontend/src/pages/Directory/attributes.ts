import type { Attribute } from '../../api/types'

export interface AttributeGroup {
  /** Of the schema extension, empty for the core. */
  urn: string
  kind: 'core' | 'enterprise' | 'custom'
  attributes: Attribute[]
}

/** Takes a SCIM path apart: urn:…:User:manager.value is manager.value of the extension before it. */
export function splitPath(path: string): { urn: string; name: string } {
  const name = path.split('[', 1)[0] ?? path
  const colon = /^urn:/i.test(path) ? name.lastIndexOf(':') : -1
  return colon < 0 ? { urn: '', name: path } : { urn: path.slice(0, colon), name: path.slice(colon + 1) }
}

/** Sorts attributes under the schema they belong to: the core first, then extensions as they come. */
export function attributeGroups(all: readonly Attribute[]): AttributeGroup[] {
  const groups = new Map<string, Attribute[]>()
  for (const { path, value } of all) {
    const { urn, name } = splitPath(path)
    groups.set(urn, [...(groups.get(urn) ?? []), { path: name, value }])
  }
  return [...groups]
    .map(([urn, attributes]): AttributeGroup => ({
      urn,
      kind: urn === '' ? 'core' : /:extension:enterprise:/i.test(urn) ? 'enterprise' : 'custom',
      attributes,
    }))
    .sort((a, b) => Number(a.urn !== '') - Number(b.urn !== ''))
}
