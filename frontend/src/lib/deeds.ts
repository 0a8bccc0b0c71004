const words = {
  created: 'created', updated: 'updated', disabled: 'disabled', enabled: 'enabled', deleted: 'deleted', restored: 'restored',
  'member added': 'memberAdded', 'member removed': 'memberRemoved',
} as const

/** The key in locales for an action of history; one of a newer backend reads as changed. */
export function deedKey(action: string) {
  const known = Object.entries(words).find(([name]) => name === action)
  return `common.deeds.${known ? known[1] : 'other'}` as const
}

/** Whether an action is about who is in a group, and so has another side. */
export const isMembership = (action: string): boolean => action === 'member added' || action === 'member removed'
