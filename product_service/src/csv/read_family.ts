/**
 * Neighbouring rows of one handle (Shopify) or item group (Google): a product, or a group and its variants. Texts of the group
 * are in the first row. Google's rows without an item group are products of their own.
 */
import {
  type GroupOption,
  OPTION_NAME_LENGTH_MAX,
  OPTION_VALUE_LENGTH_MAX,
  OPTIONS_MAX,
  VALUES_PER_OPTION_MAX,
} from '../domain/group.ts'
import type { Sheet } from '../domain/import.ts'
import type { ProductWish, ReadRow } from '../domain/import_wishes.ts'
import { DESCRIPTION_LENGTH_MAX } from '../domain/product.ts'
import { isSlug, slugOf } from '../domain/slug.ts'
import { show } from './basic_cells.ts'
import { splitList } from './cells.ts'
import type { Field } from './columns.ts'
import { ended, given } from './given.ts'
import { textOfHtml } from './html_text.ts'
import type { Cells } from './read_cells.ts'

const NUMBERS = [1, 2, 3] as const
const GOOGLE_OPTIONS = ['Color', 'Size', 'Material', 'Pattern'] as const
const ATTRIBUTES = ['Brand', 'Type', 'MPN', 'Age group', 'Gender'] as const
/** Shopify's option of a product without variants. */
const NO_OPTION = 'Default Title'

type Column = { readonly name: string; readonly value: Field }

export function readFamily(rows: readonly Cells[], format: Sheet['format']): readonly ReadRow[] {
  const [first] = rows as [Cells]
  for (const row of rows) warnAboutPictures(row)
  const handle = first.filled('handle')?.trim()
  if (handle === undefined && (format === 'shopify' || !first.filled('sku'))) {
    first.fault(format === 'shopify' ? 'handle' : 'sku', 'key_blank')
    return [ended(first, undefined)]
  }
  const columns = format === 'shopify' ? shopifyOptions(first) : googleOptions(first, handle)
  const sold = rows.filter((row) => row === first || isVariantRow(row, columns))
  const pictures = rows.filter((row) => !sold.includes(row)).map((row) => ended(row, undefined))
  const slug = handle === undefined ? undefined : slugIn(first, handle)
  if (columns.length === 0) {
    const products = sold.map((row) =>
      productOf(row, row === first && format === 'shopify' ? slug : undefined),
    )
    for (const [i, row] of sold.entries()) {
      if (i > 0 && format === 'shopify') row.fault('handle', 'second_row')
    }
    return [...products, ...pictures]
  }
  const values = sold.map((row) => columns.map(({ value }) => row.line(value, OPTION_VALUE_LENGTH_MAX)))
  for (const [i, row] of sold.entries()) {
    if (values[i]!.includes(undefined)) row.fault(columns[0]!.value, 'variant_value_missing')
  }
  const options: GroupOption[] = columns.map(({ name }, i) => ({
    name,
    values: [...new Set(values.flatMap((row) => row[i] ?? []))],
  }))
  if (options.some(({ values }) => values.length > VALUES_PER_OPTION_MAX)) {
    first.fault(columns[0]!.value, 'too_many_option_values', { max: VALUES_PER_OPTION_MAX })
  }
  const group = ended(first, {
    ...{ of: 'group', row: first.row, adds: true },
    fields: given({
      ...textsOf(first),
      draft: first.draft(),
      options,
      slug,
      attributes: attributesOf(first),
    }),
    ...given({ categories: categoryOf(first) }),
  })
  const variants = sold.map((row, i): ReadRow => {
    const wish = variantOf(row, values[i] as string[], slug, format)
    return row === first ? { wish: ended(row, wish).wish, notes: [] } : ended(row, wish)
  })
  return [group, ...variants, ...pictures]
}

const isVariantRow = (row: Cells, columns: readonly Column[]): boolean =>
  (['sku', 'price', ...columns.map(({ value }) => value)] as const).some((field) => row.filled(field))

/** A new variant is named by its group and values. */
function variantOf(
  row: Cells,
  optionValues: readonly string[],
  group: string | undefined,
  format: Sheet['format'],
): ProductWish {
  const { details, ...fields } = soldFields(row)
  return {
    ...{ of: 'product', row: row.row, adds: true, ...given({ group }) },
    fields: {
      ...fields,
      ...(format === 'google' ? textsOf(row) : {}),
      details: { ...details, optionValues },
    },
  }
}

function productOf(row: Cells, slug: string | undefined): ReadRow {
  const { details, ...fields } = soldFields(row)
  const attributes = { ...attributesOf(row), ...optionAttributes(row) }
  return ended(row, {
    ...{ of: 'product', row: row.row, adds: true },
    ...given({ categories: categoryOf(row) }),
    fields: {
      ...fields,
      ...textsOf(row),
      details: {
        ...details,
        ...given({ draft: row.draft(), slug }),
        ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
      },
    },
  })
}

function soldFields(row: Cells): ProductWish['fields'] {
  const [price, sale] = [row.money('price'), row.money('sale_price')]
  const compareAtMinor =
    sale === undefined ? row.nullable('compare_at_price', row.money) : price === undefined ? undefined : price
  return {
    ...given({ priceMinor: sale ?? price, stock: quantityOf(row) }),
    details: given({
      ...{ sku: row.sku(), gtin: row.gtin(), weightGrams: row.weight('weight') },
      compareAtMinor,
    }),
  }
}

/** Shopify sells below zero, and exports that. */
function quantityOf(row: Cells): number | undefined {
  const value = row.filled('quantity')?.trim()
  if (value === undefined || !/^-\d+$/.test(value)) return row.stock('quantity')
  row.warn('quantity', 'stock_below_zero', { value: show(value) })
  return 0
}

function textsOf(row: Cells) {
  const html = row.text('html')
  if (html === undefined) return given({ name: row.name(), description: row.prose('description') })
  const text = textOfHtml(html)
  if (text.length > DESCRIPTION_LENGTH_MAX) {
    row.warn('html', 'description_cut', { max: DESCRIPTION_LENGTH_MAX })
  }
  const description = row.prose('html', text.slice(0, DESCRIPTION_LENGTH_MAX).toWellFormed())
  return given({ name: row.name(), description })
}

function attributesOf(row: Cells): Record<string, readonly string[]> | undefined {
  const found = ATTRIBUTES.flatMap((name) => {
    const value = row.line(`attribute:${name}`, 100)
    return value === undefined ? [] : [[name, [value]] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

const optionAttributes = (row: Cells): Record<string, readonly string[]> =>
  Object.fromEntries(
    GOOGLE_OPTIONS.flatMap((name) => {
      const value = row.line(`option:${name}`, OPTION_VALUE_LENGTH_MAX)
      return value === undefined ? [] : [[name, [value]] as const]
    }),
  )

/** Google separates several types by commas; the first counts. */
function categoryOf(row: Cells): readonly string[] | undefined {
  const path = row.filled('category_path')
  return path === undefined ? undefined : splitList(path.split(',')[0]!)
}

function shopifyOptions(first: Cells): readonly Column[] {
  if (first.filled('option_value:1')?.trim() === NO_OPTION) return []
  return NUMBERS.flatMap((number) => {
    const name = first.line(`option_name:${number}`, OPTION_NAME_LENGTH_MAX)
    return name === undefined ? [] : [{ name, value: `option_value:${number}` as const }]
  })
}

function googleOptions(first: Cells, handle: string | undefined): readonly Column[] {
  if (handle === undefined) return []
  const used = GOOGLE_OPTIONS.filter((name) => first.filled(`option:${name}`))
  return used.slice(0, OPTIONS_MAX).map((name) => ({ name, value: `option:${name}` as const }))
}

function slugIn(first: Cells, handle: string): string | undefined {
  const slug = isSlug(handle) ? handle : slugOf(handle)
  return slug ?? first.fault('handle', 'handle_invalid', { value: show(handle) })
}

function warnAboutPictures(row: Cells) {
  if (row.filled('picture_url') === undefined) return
  row.warn('picture_url', 'pictures_not_downloaded')
}
