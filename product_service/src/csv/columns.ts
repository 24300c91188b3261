/**
 * The columns of a table of products: our own names, those of Shopify's export of products (before and since 2024), and those of
 * Google Merchant's feed. A name is found without regard to case, and to blanks and underscores.
 */
import type { Sheet } from '../domain/import.ts'
import { type Saying, saying } from '../domain/import_texts.ts'

export const OWN_COLUMNS = [
  'type',
  'id',
  'version',
  'group',
  'sku',
  'name',
  'description',
  'price',
  'compare_at_price',
  'stock',
  'status',
  'publish_at',
  'slug',
  'gtin',
  'weight_grams',
  'tax_class',
  'options',
  'option_values',
  'categories',
  'attributes',
  'pictures',
] as const
export type OwnColumn = (typeof OWN_COLUMNS)[number]

/** What the columns of others mean. Attributes: `attribute:` and the name of the attribute. */
type ForeignField =
  | OwnColumn
  | 'handle'
  | 'html'
  | 'published'
  | 'weight'
  | 'quantity'
  | 'sale_price'
  | 'category_path'
  | 'picture_url'
  | `option_name:${1 | 2 | 3}`
  | `option_value:${1 | 2 | 3}`
  | `option:${string}`
  | `attribute:${string}`
export type Field = ForeignField

const SHOPIFY: Readonly<Record<string, Field>> = {
  ...{ handle: 'handle', urlhandle: 'handle', title: 'name', 'body(html)': 'html', description: 'html' },
  ...{ vendor: 'attribute:Brand', type: 'attribute:Type', published: 'published' },
  ...{ publishedononlinestore: 'published', status: 'status' },
  ...{ option1name: 'option_name:1', option2name: 'option_name:2', option3name: 'option_name:3' },
  ...{ option1value: 'option_value:1', option2value: 'option_value:2', option3value: 'option_value:3' },
  ...{ variantsku: 'sku', sku: 'sku', variantgrams: 'weight', 'weightvalue(grams)': 'weight' },
  ...{
    variantinventoryqty: 'quantity',
    inventoryquantity: 'quantity',
    variantprice: 'price',
    price: 'price',
  },
  ...{ variantcompareatprice: 'compare_at_price', 'compare-atprice': 'compare_at_price' },
  ...{ compareatprice: 'compare_at_price', variantbarcode: 'gtin', barcode: 'gtin' },
  ...{ imagesrc: 'picture_url', productimageurl: 'picture_url', variantimage: 'picture_url' },
  ...{ variantimageurl: 'picture_url' },
}

const GOOGLE: Readonly<Record<string, Field>> = {
  ...{ id: 'sku', title: 'name', description: 'description', price: 'price', saleprice: 'sale_price' },
  ...{ gtin: 'gtin', itemgroupid: 'handle', producttype: 'category_path', shippingweight: 'weight' },
  ...{ productweight: 'weight', quantity: 'quantity', inventory: 'quantity', brand: 'attribute:Brand' },
  ...{ mpn: 'attribute:MPN', agegroup: 'attribute:Age group', gender: 'attribute:Gender' },
  ...{ color: 'option:Color', size: 'option:Size', material: 'option:Material', pattern: 'option:Pattern' },
  ...{ imagelink: 'picture_url', additionalimagelink: 'picture_url' },
}

const OWN: Readonly<Record<string, Field>> = Object.fromEntries(
  OWN_COLUMNS.map((name) => [plain(name), name]),
)

/** Columns that only one of the formats has: one of them decides. */
const MARKS: readonly (readonly [Sheet['format'], readonly string[]])[] = [
  ['shopify', ['handle', 'urlhandle', 'variantprice', 'variantsku', 'option1name', 'option1value']],
  ['google', ['itemgroupid', 'imagelink', 'saleprice', 'googleproductcategory', 'availability', 'title']],
]
const KNOWN = { own: OWN, shopify: SHOPIFY, google: GOOGLE } as const

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_]/g, '').replace(/^g:/, '')
}

/** Which column means what. The first of two columns that mean the same counts, except for pictures. */
export function columnsOf(names: readonly string[]): Pick<Sheet, 'format' | 'columns'> & {
  readonly fields: readonly (Field | null)[]
} {
  const found = names.map(plain)
  const [format = 'own'] = MARKS.find(([, marks]) => marks.some((mark) => found.includes(mark))) ?? []
  const seen = new Set<Field>()
  const fields = found.map((name) => {
    const known: Readonly<Record<string, Field>> = KNOWN[format]
    const field = Object.hasOwn(known, name) ? known[name]! : null
    if (field === null || (seen.has(field) && field !== 'picture_url')) return null
    seen.add(field)
    return field
  })
  return { format, fields, columns: names.map((name, i) => ({ name, field: fields[i]! })) }
}

/** What is missing for this to be a table of products. */
export function columnsFault(fields: readonly (Field | null)[]): Saying | undefined {
  const has = (...some: readonly Field[]) => some.some((field) => fields.includes(field))
  if (!has('sku', 'id', 'slug', 'handle', 'group')) {
    return saying('file_no_key_column')
  }
  return undefined
}
