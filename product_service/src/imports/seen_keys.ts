/** Which product or group a row names, so that a file says no two things of one. */
import type { Wish } from '../domain/import_wishes.ts'

export type Seen = ReturnType<typeof createSeen>

/** It keeps some keys of each row, at most IMPORT_ROWS_MAX of them. */
export function createSeen() {
  const rows = new Map<string, number>()
  return {
    /** The key that an earlier row has, too. */
    add(wish: Wish): { readonly column: string; readonly message: string } | undefined {
      const keys = keysOf(wish)
      for (const [column, key, shown] of keys) {
        const before = rows.get(key)
        if (before !== undefined) return { column, message: `${shown} is also in row ${before}.` }
      }
      for (const [, key] of keys) rows.set(key, wish.row)
      return undefined
    },
  }
}

type Key = readonly [column: string, key: string, shown: string]

function keysOf(wish: Wish): readonly Key[] {
  const { id } = wish
  const byId: readonly Key[] = id === undefined ? [] : [['id', `id ${id}`, `The id ${id}`]]
  if (wish.of === 'group') {
    const { slug } = wish.fields
    return slug ? [...byId, ['slug', `slug ${slug}`, `The address ${slug}`]] : byId
  }
  const { sku, slug, optionValues } = wish.fields.details
  return [
    ...byId,
    ...(sku ? [['sku', `sku ${sku}`, `The SKU ${sku}`] as const] : []),
    ...(slug ? [['slug', `slug ${slug}`, `The address ${slug}`] as const] : []),
    ...(wish.group !== undefined && optionValues !== undefined
      ? [
          [
            'option_values',
            `variant ${JSON.stringify([wish.group, ...optionValues])}`,
            `The variant ${optionValues.join(', ')}`,
          ] as const,
        ]
      : []),
  ]
}
