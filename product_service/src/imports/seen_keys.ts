/** Which product or group a row names, so that a file says no two things of one. */
import { type Saying, saying } from '../domain/import_texts.ts'
import type { Wish } from '../domain/import_wishes.ts'

export type Seen = ReturnType<typeof createSeen>

/** It keeps some keys of each row, at most IMPORT_ROWS_MAX of them. */
export function createSeen() {
  const rows = new Map<string, number>()
  return {
    /** The key that an earlier row has, too. */
    add(wish: Wish): { readonly column: Column; readonly why: Saying } | undefined {
      const keys = keysOf(wish)
      for (const [column, key, value] of keys) {
        const row = rows.get(key)
        if (row !== undefined) return { column, why: saying(REPEATED[column], { value, row }) }
      }
      for (const [, key] of keys) rows.set(key, wish.row)
      return undefined
    },
  }
}

type Column = keyof typeof REPEATED
type Key = readonly [column: Column, key: string, value: string]

const REPEATED = {
  ...({ id: 'repeated_id', sku: 'repeated_sku' } as const),
  ...({ slug: 'repeated_slug', option_values: 'repeated_variant' } as const),
}

function keysOf(wish: Wish): readonly Key[] {
  const { id } = wish
  const byId: readonly Key[] = id === undefined ? [] : [['id', `id ${id}`, id]]
  if (wish.of === 'group') {
    const { slug } = wish.fields
    return slug ? [...byId, ['slug', `slug ${slug}`, slug]] : byId
  }
  const { sku, slug, optionValues } = wish.fields.details
  return [
    ...byId,
    ...(sku ? [['sku', `sku ${sku}`, sku] as const] : []),
    ...(slug ? [['slug', `slug ${slug}`, slug] as const] : []),
    ...(wish.group !== undefined && optionValues !== undefined
      ? [
          [
            'option_values',
            `variant ${JSON.stringify([wish.group, ...optionValues])}`,
            optionValues.join(', '),
          ] as const,
        ]
      : []),
  ]
}
