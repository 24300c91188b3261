/** The fields of a product as people type them. */
import { LIMITS } from '@shop/client/generated/limits'
import { lengthFault } from '../../ui/limits.ts'
import { type Edit, FIELDS, type Field } from './conflict.ts'

export const FIELD_WORDS: Record<Field, string> = {
  name: 'Name',
  description: 'Description',
  price: 'Price',
  stock: 'Stock',
}
const PRODUCT = LIMITS['POST /products']
export const STOCK_MAX = PRODUCT.stock.maximum

type Read = { readonly value: string | number } | { readonly fault: string }

/** The value behind a text, or what is wrong with it. Amounts may be written with a comma. */
export function readField(field: Field, text: string, currency: string): Read {
  const trimmed = text.trim()
  switch (field) {
    case 'name':
      return trimmed === '' ? { fault: 'A product needs a name.' } : fitting(trimmed, PRODUCT.name)
    case 'description':
      return fitting(text, PRODUCT.description)
    case 'price':
      return readPrice(trimmed.replace(',', '.'), currency)
    case 'stock':
      return /^\d{1,10}$/.test(trimmed) && Number(trimmed) <= STOCK_MAX
        ? { value: Number(trimmed) }
        : { fault: 'Stock is a whole number, 0 or more.' }
  }
}

function fitting(text: string, limits: { readonly maxLength: number }): Read {
  const fault = lengthFault(text, limits)
  return fault ? { fault } : { value: text }
}

function readPrice(text: string, currency: string): Read {
  const digits = fractionDigits(currency)
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) return { fault: 'A price is a number such as 19.99.' }
  if (fraction.length > digits) return { fault: `${currency} has ${digits} digits after the point.` }
  const plain = String(BigInt(whole))
  return { value: digits === 0 ? plain : `${plain}.${fraction.padEnd(digits, '0')}` }
}

export const fractionDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** All fields at once: the edit, or the faults by field. */
export function readFields(
  texts: Partial<Record<Field, string>>,
  currency: string,
): { edit: Edit; faults: Partial<Record<Field, string>> } {
  const edit: Record<string, string | number> = {}
  const faults: Partial<Record<Field, string>> = {}
  for (const field of FIELDS) {
    const text = texts[field]
    if (text === undefined) continue
    const read = readField(field, text, currency)
    if ('fault' in read) faults[field] = read.fault
    else edit[field] = read.value
  }
  return { edit: edit as Edit, faults }
}
