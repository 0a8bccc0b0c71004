/** Something that belongs to one store and outlives a look at another page: another store gets another one. */
export function perStore<T>(make: () => T): (store: string) => T {
  let kept: { store: string; value: T } | null = null
  return (store) => {
    if (kept?.store !== store) kept = { store, value: make() }
    return kept.value
  }
}
