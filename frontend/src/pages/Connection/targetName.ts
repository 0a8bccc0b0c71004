import type { TFunction } from 'i18next'

const translated = ['generic', 'platform'] as const

/** What a target system is called: a product by its own name, one that stands for many in the language of the window. */
export function targetName(t: TFunction, { id, name }: { id: string; name: string }): string {
  const known = translated.find((one) => one === id)
  return known ? t(`target.names.${known}`) : name
}
