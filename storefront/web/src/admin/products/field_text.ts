/** Parses the fields of a product as people type them. */

import { LIMITS } from '@shop/client/generated/limits'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { lengthFault } from '../../ui/limits.ts'
import { type Edit, FIELDS, type Field } from './conflict.ts'

const PRODUCT = LIMITS['POST /products']
export const STOCK_MAX = PRODUCT.stock.maximum

type Read = { readonly value: string | number } | { readonly fault: string }

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
      return readPrice(trimmed.replace(',', '.'), money)
    case 'stock':
      if (!/^\d+$/.test(trimmed)) return { fault: admin.fields.stockWhole }
      return Number(trimmed) <= STOCK_MAX
        ? { value: Number(trimmed) }
        : { fault: admin.fields.stockMax(STOCK_MAX) }
  }
}

function fitting(text: string, limits: { readonly maxLength: number }): Read {
  const fault = lengthFault(text, limits)
  return fault ? { fault } : { value: text }
}

function readPrice(text: string, { currency, currency_digits: digits }: Money): Read {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) return { fault: admin.fields.priceNumber }
  if (fraction.length > digits) return { fault: admin.fields.priceDigits(currency, digits) }
  const plain = String(BigInt(whole))
  return { value: digits === 0 ? plain : `${plain}.${fraction.padEnd(digits, '0')}` }
}

/** All fields: the edit, and the faults by field. */
export function readFields(
  texts: Partial<Record<Field, string>>,
  money: Money,
): { edit: Edit; faults: Partial<Record<Field, string>> } {
  const edit: Record<string, string | number> = {}
  const faults: Partial<Record<Field, string>> = {}
  for (const field of FIELDS) {
    const text = texts[field]
    if (text === undefined) continue
    const read = readField(field, text, money)
    if ('fault' in read) faults[field] = read.fault
    else edit[field] = read.value
  }
  return { edit: edit as Edit, faults }
}
