import type { Attribute, Person, PersonEdit } from '../../api/types'

const work = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** What of somebody made here can be changed in the form, by SCIM path, in its order. */
export const fields = {
  userName: 'userName',
  displayName: 'displayName',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  email: 'emails[type eq "work"].value',
  title: 'title',
  department: `${work}:department`,
  employeeNumber: `${work}:employeeNumber`,
  phone: 'phoneNumbers[type eq "work"].value',
  mobile: 'phoneNumbers[type eq "mobile"].value',
  externalId: 'externalId',
  manager: `${work}:manager.value`,
  active: 'active',
} as const
export type Field = keyof typeof fields
export const fieldNames = Object.keys(fields) as Field[]

/** A person as somebody is changing them. */
export interface Draft {
  localId: string
  role: string
  note: string
  protected: boolean
  values: Record<Field, string>
}

const valueOf = (attributes: readonly Attribute[], path: string) => attributes.find((a) => a.path === path)?.value ?? ''

/** What is there now; of nobody an empty form. */
export function draftOf(person: Person | null): Draft {
  const values = Object.fromEntries(fieldNames.map((name) => [name, valueOf(person?.attributes ?? [], fields[name])])) as Record<Field, string>
  if (values.active === '') values.active = 'true'
  return { localId: person?.localId ?? '', role: person?.role ?? '', note: person?.note ?? '', protected: person?.protected ?? false, values }
}

/**
 * What saving a draft asks for. Of a person whom Entra has written the values are Entra's. Of one made here only the values that were
 * changed are sent.
 */
export function editOf(draft: Draft, base: Person | null): PersonEdit {
  const before = draftOf(base)
  const values = base?.entra ? [] : fieldNames.filter((name) => draft.values[name].trim() !== before.values[name] || (base === null && draft.values[name] !== ''))
  return {
    id: base?.id ?? '',
    version: base?.version ?? 0,
    mark: base?.mark ?? '',
    localId: draft.localId,
    role: draft.role,
    note: draft.note,
    protected: draft.protected,
    values: values.map((name) => ({ path: fields[name], value: draft.values[name].trim() })),
  }
}
