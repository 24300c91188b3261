/** Parses the fields of a product or group as people type and choose them. */

import { LIMITS } from '@shop/client/generated/limits'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { lengthFault } from '../../ui/limits.ts'
import { type Edit, FIELDS, type Field, type NamedValues, type Picture, type Texts } from './conflict.ts'

const PRODUCT = LIMITS['POST /products']
export const STOCK_MAX = PRODUCT.stock.maximum

export type Read = { readonly value: unknown } | { readonly fault: string }
export type Faults = Partial<Record<Field, string>>

/** The currency of a price. */
export type Money = Pick<Product, 'currency' | 'currency_digits'>

/** The value of a text, or what is wrong with it. Amounts may have a decimal comma. */
export function readField(field: Field, text: string, money: Money): Read {
  const trimmed = text.trim()
  switch (field) {
    case 'name':
      return trimmed === '' ? { fault: admin.fields.needsName } : fitting(trimmed, PRODUCT.name)
    case 'description':
      return fitting(text, PRODUCT.description)
    case 'price':
      return readPrice(trimmed, money)
    case 'compare_at_price':
      return trimmed === '' ? { value: null } : readPrice(trimmed, money)
    case 'stock':
      if (!/^\d+$/.test(trimmed)) return { fault: admin.fields.stockWhole }
      return Number(trimmed) <= STOCK_MAX
        ? { value: Number(trimmed) }
        : { fault: admin.fields.stockMax(STOCK_MAX) }
    case 'sku':
      return trimmed === '' ? { value: null } : fitting(trimmed, PRODUCT.sku)
    case 'gtin':
      return trimmed === '' ? { value: null } : { value: trimmed.replaceAll(/[\s-]/g, '') }
    case 'weight_grams':
      return trimmed === '' ? { value: null } : readWeight(trimmed)
    case 'slug':
      return fitting(trimmed, PRODUCT.slug)
    case 'status':
    case 'tax_class':
      return { value: text }
    case 'publish_at':
      return { value: text === '' ? null : text }
    case 'media':
      return readPictures(JSON.parse(text) as Picture[])
    case 'categories':
      return { value: JSON.parse(text) }
    case 'attributes':
      return readAttributes(JSON.parse(text) as NamedValues[])
    case 'options':
      return readOptions(JSON.parse(text) as NamedValues[])
  }
}

function fitting(text: string, limits: { readonly maxLength: number }): Read {
  const fault = lengthFault(text, limits)
  return fault ? { fault } : { value: text }
}

export function readPrice(typed: string, { currency, currency_digits: digits }: Money): Read {
  const text = typed.replace(',', '.')
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) return { fault: admin.fields.priceNumber }
  if (fraction.length > digits) return { fault: admin.fields.priceDigits(currency, digits) }
  const plain = String(BigInt(whole))
  return { value: digits === 0 ? plain : `${plain}.${fraction.padEnd(digits, '0')}` }
}

function readWeight(text: string): Read {
  const grams = Number(text)
  const fits = /^\d+$/.test(text) && grams <= PRODUCT.weight_grams.maximum
  return fits ? { value: grams } : { fault: admin.fields.weightWhole(PRODUCT.weight_grams.maximum) }
}

function readPictures(pictures: readonly Picture[]): Read {
  if (pictures.length > PRODUCT.media.maxItems)
    return { fault: admin.pictures.tooMany(PRODUCT.media.maxItems) }
  const faulty = pictures.some(({ alt }) => altFault(alt) !== undefined)
  if (faulty) return { fault: admin.pictures.needAlt }
  return { value: pictures.map((picture) => ({ ...picture, alt: picture.alt.trim() })) }
}

/** What is wrong with the alternative text of a picture. */
export const altFault = (alt: string): string | undefined => lengthFault(alt.trim(), PRODUCT['media.alt'])

function readAttributes(rows: readonly NamedValues[]): Read {
  const { named, fault } = readNamed(rows)
  return fault ? { fault } : { value: Object.fromEntries(named) }
}

function readOptions(rows: readonly NamedValues[]): Read {
  const { named, fault } = readNamed(rows)
  if (fault) return { fault }
  if (named.length === 0) return { fault: admin.groups.needsOption }
  return { value: named.map(([name, values]) => ({ name, values })) }
}

/** Without rows that are empty. */
function readNamed(rows: readonly NamedValues[]): { named: NamedValues[]; fault?: string } {
  const named = rows
    .map(([name, values]): NamedValues => [name.trim(), values])
    .filter(([name, values]) => name !== '' || values.length > 0)
  const incomplete = named.some(([name, values]) => name === '' || values.length === 0)
  if (incomplete) return { named, fault: admin.fields.rowIncomplete }
  const names = new Set(named.map(([name]) => name))
  return names.size < named.length ? { named, fault: admin.fields.rowTwice } : { named }
}

/** All fields: the edit, and the faults by field. An address that was emptied stays as it was. */
export function readFields(texts: Texts, money: Money): { edit: Edit; faults: Faults } {
  const edit: Partial<Record<Field, unknown>> = {}
  const faults: Faults = {}
  for (const field of FIELDS) {
    const text = texts[field]
    if (text === undefined || (field === 'slug' && text.trim() === '')) continue
    const read = readField(field, text, money)
    if ('fault' in read) faults[field] = read.fault
    else edit[field] = read.value
  }
  return { edit: edit as Edit, faults }
}
