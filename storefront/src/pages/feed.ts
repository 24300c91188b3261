/**
 * All products for Google Merchant, as RSS 2.0 with its names. Made while it is sent: a reader that is slow slows it down, and
 * one that leaves ends it. Price and stock are those of the moment at which the product is sent.
 */
import { Readable } from 'node:stream'
import type { Group, Product, ShopSettings } from '../../web/src/api/types.ts'
import type { AllProducts } from './all_products.ts'
import { plain, shortened } from './html.ts'
import { addressOf, pictureAddress, variantAddress } from './view.ts'
import { element, XML_HEAD } from './xml.ts'

export const TITLE_LENGTH_MAX = 150
export const DESCRIPTION_LENGTH_MAX = 5_000
export const MORE_PICTURES_MAX = 10
/** Products of one piece. */
const PIECE = 50

/** Names of options, in the languages of the pages, that have an attribute of their own there. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  color: 'color',
  colour: 'color',
  farbe: 'color',
  size: 'size',
  größe: 'size',
  groesse: 'size',
  material: 'material',
  pattern: 'pattern',
  muster: 'pattern',
}
const BRANDS = ['brand', 'marke']

export function feedOf(
  products: AllProducts,
  settings: ShopSettings,
  origin: string,
  signal: AbortSignal,
): Readable {
  const parts = async function* () {
    yield `${XML_HEAD}<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>${element('title', plain(settings.name))}${element('link', `${origin}/`)}${element('description', plain(settings.tagline[settings.default_language]))}\n`
    let piece = ''
    let count = 0
    for await (const { product, group } of products.walk(signal)) {
      piece += itemOf(product, group, origin)
      count += 1
      if (count % PIECE !== 0) continue
      yield piece
      piece = ''
    }
    yield `${piece}</channel></rss>\n`
  }
  return Readable.from(parts(), { objectMode: false })
}

/** Empty without a picture: Google refuses those. */
export function itemOf(product: Product, group: Group | undefined, origin: string): string {
  const media = product.media.length > 0 ? product.media : (group?.media ?? [])
  const [first, ...more] = media
  if (!first) return ''
  const money = (amount: string) => `${amount} ${product.currency}`
  const before = product.compare_at_price
  const attributes = { ...group?.attributes, ...product.attributes }
  const brand = Object.entries(attributes).find(([name]) => BRANDS.includes(name.toLowerCase()))?.[1][0]
  const picture = ({ id }: { id: string }) => origin + pictureAddress({ id }, 1280)
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ['g:id', product.sku ?? product.id],
    ['title', shortened(product.name, TITLE_LENGTH_MAX)],
    [
      'description',
      shortened(product.description || group?.description || product.name, DESCRIPTION_LENGTH_MAX),
    ],
    ['link', origin + (group ? variantAddress(group, product) : addressOf(product))],
    ['g:image_link', picture(first)],
    ...more.slice(0, MORE_PICTURES_MAX).map((each) => ['g:additional_image_link', picture(each)] as const),
    ['g:availability', product.stock > 0 ? 'in_stock' : 'out_of_stock'],
    ['g:price', money(before ?? product.price)],
    ['g:sale_price', before === null ? undefined : money(product.price)],
    ['g:condition', 'new'],
    ['g:brand', brand],
    ...(product.gtin === null
      ? ([['g:identifier_exists', 'no']] as const)
      : ([['g:gtin', product.gtin]] as const)),
    ['g:item_group_id', group?.id],
  ]
  const all = fields.flatMap(([name, value]) => (value ? [element(name, value)] : []))
  return `<item>${all.join('')}${group ? optionsOf(product, group) : ''}</item>\n`
}

function optionsOf({ option_values }: Product, { options }: Group): string {
  return options
    .map(({ name }, i) => {
      const value = option_values[i] ?? ''
      const attribute = ATTRIBUTES[name.toLowerCase()]
      return attribute === undefined
        ? `<g:product_detail>${element('g:attribute_name', name)}${element('g:attribute_value', value)}</g:product_detail>`
        : element(`g:${attribute}`, value)
    })
    .join('')
}
