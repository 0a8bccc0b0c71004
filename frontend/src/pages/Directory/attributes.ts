import type { Attribute } from '../../api/types'
import { splitPath } from '../../lib/attributes'

export interface AttributeGroup {
  /** Of the schema extension, empty for the core. */
  urn: string
  kind: 'core' | 'enterprise' | 'custom'
  attributes: Attribute[]
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
