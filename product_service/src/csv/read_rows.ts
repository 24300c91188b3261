/**
 * The rows of a table as wishes. In our own format each row is a product, a group, or a variant of a group. In the formats of
 * others, neighbouring rows of one handle (Shopify) or item group (Google) are a group and its variants.
 */

import { OPTION_VALUE_LENGTH_MAX, OPTIONS_MAX, VARIANTS_MAX } from '../domain/group.ts'
import type { Sheet } from '../domain/import.ts'
import { saying } from '../domain/import_texts.ts'
import type { ProductWish, ReadRow } from '../domain/import_wishes.ts'
import { type Money, show } from './basic_cells.ts'
import type { Field } from './columns.ts'
import { ended, given } from './given.ts'
import { type Cells, cellsOf } from './read_cells.ts'
import { UnreadableFile } from './read_csv.ts'
import { readFamily } from './read_family.ts'

export type RowsOptions = Money & {
  readonly format: Sheet['format']
  readonly names: readonly string[]
  readonly fields: readonly (Field | null)[]
  /** By default SPREADSHEET_ROWS_MAX. */
  readonly rowsMax?: number
}

/** Rows with the blank ones: as many as a spreadsheet has. */
export const SPREADSHEET_ROWS_MAX = 1_048_576
/** Rows of one handle that are kept together. */
export const FAMILY_ROWS_MAX = 2 * VARIANTS_MAX

/** `row` is that of each result; the names are row 1. A blank row is none: spreadsheets save as many as were ever touched. */
export async function* readRows(
  rows: AsyncIterable<readonly string[]>,
  options: RowsOptions,
): AsyncGenerator<{ readonly row: number; readonly blank?: true; readonly read: readonly ReadRow[] }> {
  const { format, names, fields, rowsMax = SPREADSHEET_ROWS_MAX } = options
  const cells = (row: number, texts: readonly string[]) => cellsOf(row, texts, fields, names, options)
  let row = 1
  let family: Cells[] = []
  let handle: string | undefined
  const ended = new Set<string>()
  const flush = (): readonly ReadRow[] => {
    if (family.length === 0) return []
    const read = readFamily(family, format)
    family = []
    return read
  }
  for await (const texts of rows) {
    row += 1
    if (row > rowsMax) throw new UnreadableFile(saying('file_too_many_rows', { max: rowsMax }))
    if (texts.every((text) => text.trim() === '')) {
      yield { row, blank: true, read: [] }
      continue
    }
    const own = cells(row, texts)
    if (format === 'own') {
      yield { row, read: [readOwn(own)] }
      continue
    }
    const next = own.filled('handle')?.trim()
    if (next !== undefined && next === handle && family.length < FAMILY_ROWS_MAX) {
      family.push(own)
      yield { row, read: [] }
      continue
    }
    const before = flush()
    if (handle !== undefined) ended.add(handle)
    handle = next
    if (next !== undefined && ended.has(next)) {
      own.fault('handle', 'rows_apart', { value: show(next), max: FAMILY_ROWS_MAX })
      yield { row, read: [...before, { wish: undefined, notes: own.notes }] }
      continue
    }
    family = [own]
    yield { row, read: before }
  }
  yield { row, read: flush() }
}

function readOwn(cells: Cells): ReadRow {
  const type = cells.filled('type')?.trim().toLowerCase() ?? (cells.filled('group') ? 'variant' : 'product')
  const isVariant = type === 'variant'
  if (type !== 'product' && type !== 'group' && !isVariant) {
    cells.fault('type', 'type_invalid', { value: show(type) })
  }
  const id = cells.id()
  const version = cells.whole('version', Number.MAX_SAFE_INTEGER)
  const slug = cells.slug()
  const [name, description, draft] = [cells.name(), cells.prose('description'), cells.draft()]
  const [publishAt, media] = [cells.publishAt(), cells.pictures()]
  const [categories, attributes] = [cells.categories(), cells.attributes()]
  const identity = { row: cells.row, adds: false, ...given({ id, version }) }
  const shown = given({ draft, publishAt, media, ...(isVariant ? {} : { slug, attributes }) })
  if (type === 'group') {
    const fields = given({ name, description, options: cells.options(), ...shown })
    if (id === undefined && slug === undefined) cells.fault(null, 'group_key_missing')
    return ended(cells, {
      ...identity,
      ...given({ categories }),
      ...{ of: 'group', fields },
    })
  }
  const group = cells.filled('group')?.trim()
  const sku = cells.sku()
  const optionValues = cells.list('option_values', OPTION_VALUE_LENGTH_MAX, OPTIONS_MAX)
  if (isVariant) {
    if (group === undefined) cells.fault('group', 'variant_group_missing')
    if (slug !== undefined) cells.fault('slug', 'variant_slug')
    if (categories !== undefined && categories.length > 0) {
      cells.fault('categories', 'variant_categories')
    }
    if (attributes !== undefined && Object.keys(attributes).length > 0) {
      cells.fault('attributes', 'variant_attributes')
    }
  } else {
    if (group !== undefined) cells.fault('group', 'group_of_product')
    if (id === undefined && !sku && slug === undefined) cells.fault(null, 'product_key_missing')
  }
  const details = given({
    ...shown,
    ...{ sku, gtin: cells.gtin(), weightGrams: cells.weight('weight_grams') },
    taxClass: cells.taxClass(),
    compareAtMinor: cells.nullable('compare_at_price', cells.money),
    ...(isVariant ? { optionValues } : {}),
  })
  const fields = {
    ...given({ name, description, priceMinor: cells.money('price'), stock: cells.stock() }),
    details,
  }
  const wish: ProductWish = {
    ...identity,
    ...{ of: 'product', fields },
    ...(isVariant ? given({ group }) : given({ categories })),
  }
  return ended(cells, wish)
}
