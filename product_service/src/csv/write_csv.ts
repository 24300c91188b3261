/**
 * The whole catalogue as a table in our own format, drafts and variants too, page by page: never more than some pages are in
 * memory, and the next page is read when the reader wants it. Each page is read at a moment of its own; what was there all the
 * time is in the table once. Importing the table again changes nothing.
 */
import { formatMoney } from '@shop/service_kit/money/money'
import { stringify } from 'csv-stringify/sync'
import { categoryNames } from '../domain/category_names.ts'
import type { Categories } from '../domain/category_ports.ts'
import type { Shown } from '../domain/details.ts'
import type { Group } from '../domain/group.ts'
import type { Exported } from '../domain/import_ports.ts'
import type { Product } from '../domain/product.ts'
import { guarded, joinList, joinNamed } from './cells.ts'
import { OWN_COLUMNS, type OwnColumn } from './columns.ts'

/** Products on a page. */
export const EXPORT_AT_ONCE = 200
const BYTE_ORDER_MARK = '\ufeff'
const LINE_END = '\r\n'

type Row = Partial<Record<OwnColumn, string | number | null>>
type Options = {
  readonly exported: Exported
  readonly digits: () => number
  readonly categories: Pick<Categories, 'tree'>
}

/** Pieces of text. */
export async function* catalogueCsv({ exported, digits, categories }: Options): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + lines([OWN_COLUMNS])
  const names = categoryNames(await categories.tree())
  const namesOf = (shown: Shown) => joinList(shown.categories.flatMap((id) => names.slugOf(id) ?? []))
  for await (const groups of pages(exported.groups)) {
    for (const group of groups) {
      yield table([{ ...groupRow(group), categories: namesOf(group) }])
      const variants = pages((after, limit) => exported.variants(group.id, after, limit))
      for await (const page of variants) {
        yield table(
          page.map((variant) => ({ ...productRow(variant, digits()), ...variantCells(variant, group) })),
        )
      }
    }
  }
  for await (const products of pages(exported.products)) {
    const rows: Row[] = []
    for (const product of products) {
      if (product.details.groupId !== null) continue
      rows.push({ ...productRow(product, digits()), categories: namesOf(product.details) })
    }
    if (rows.length > 0) yield table(rows)
  }
}

async function* pages<T extends { readonly id: string }>(
  read: (after: string | undefined, limit: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for (let after: string | undefined; ; ) {
    const page = await read(after, EXPORT_AT_ONCE)
    if (page.length > 0) yield page
    if (page.length < EXPORT_AT_ONCE) return
    after = page.at(-1)!.id
  }
}

function groupRow(group: Group): Row {
  return {
    ...shownCells(group),
    ...{ type: 'group', id: group.id, version: group.version, name: group.name },
    description: group.description,
    options: joinNamed(group.options.map(({ name, values }) => [name, values])),
  }
}

function productRow(product: Product, digits: number): Row {
  const { details } = product
  const { sku, gtin, weightGrams, taxClass, compareAtMinor } = details
  return {
    ...shownCells(details),
    ...{ type: 'product', id: product.id, version: product.version, name: product.name },
    ...{ description: product.description, stock: product.stock, sku, gtin, weight_grams: weightGrams },
    tax_class: taxClass,
    price: formatMoney(product.priceMinor, digits),
    compare_at_price: compareAtMinor === null ? null : formatMoney(compareAtMinor, digits),
  }
}

const variantCells = ({ details }: Product, group: Group): Row => ({
  ...{ type: 'variant', group: group.slug ?? group.id, categories: null, attributes: null },
  option_values: joinList(details.optionValues),
})

const shownCells = ({ draft, publishAt, slug, attributes, media }: Shown): Row => ({
  ...{ status: draft ? 'draft' : 'published', publish_at: publishAt, slug },
  attributes: joinNamed(Object.entries(attributes)),
  pictures: media.map(({ id, focus, alt }) => `${id} ${focus.x},${focus.y} ${alt}`).join('\n'),
})

const table = (rows: readonly Row[]): string =>
  lines(rows.map((row) => OWN_COLUMNS.map((column) => guarded(String(row[column] ?? '')))))

/** Also for other tables. A cell with a line end of any kind is in quotes. */
export const lines = (rows: readonly (readonly string[])[]): string =>
  stringify(rows as string[][], { record_delimiter: LINE_END, quoted_match: /[\r\n\t;]/ })
