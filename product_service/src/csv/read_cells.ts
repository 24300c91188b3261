/** Reads and checks the cells of a row, with the limits that the API has for the same fields. */

import {
  ATTRIBUTE_NAME_LENGTH_MAX,
  ATTRIBUTE_VALUE_LENGTH_MAX,
  ATTRIBUTES_MAX,
  CATEGORIES_PER_PRODUCT_MAX,
  isGtin,
  normalSku,
  SKU_LENGTH_MAX,
  VALUES_PER_ATTRIBUTE_MAX,
  WEIGHT_GRAMS_MAX,
} from '../domain/details.ts'
import {
  type GroupOption,
  OPTION_NAME_LENGTH_MAX,
  OPTION_VALUE_LENGTH_MAX,
  OPTIONS_MAX,
  VALUES_PER_OPTION_MAX,
} from '../domain/group.ts'
import {
  ALT_LENGTH_MAX,
  FOCUS_MAX,
  MEDIA_PER_PRODUCT_MAX,
  type MediaItem,
  repeatedItem,
} from '../domain/media.ts'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, STOCK_MAX } from '../domain/product.ts'
import { isSlug } from '../domain/slug.ts'
import { TAX_CLASS_DEFAULT, TAX_CLASSES, type TaxClass } from '../domain/tax_class.ts'
import { basicCells, type Money, show } from './basic_cells.ts'
import { gramsOf, splitList, splitNamed } from './cells.ts'
import type { Field } from './columns.ts'

export type Cells = ReturnType<typeof cellsOf>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const PICTURE = /^([0-9a-f]{64})(?: (\d{1,3}),(\d{1,3}))? (.+)$/u

export function cellsOf(
  row: number,
  texts: readonly string[],
  fields: readonly (Field | null)[],
  names: readonly string[],
  money: Money,
) {
  const basic = basicCells(row, texts, fields, names, money)
  const { text, filled, fault, line, whole, checked, nullable } = basic

  return {
    ...basic,
    name: () => line('name', NAME_LENGTH_MAX),
    sku: () => nullable('sku', (field) => checked(field, normalSku(filled(field)!), SKU_LENGTH_MAX)),
    stock: (field: Field = 'stock') => whole(field, STOCK_MAX),
    prose: (field: Field, value = text(field)) =>
      value === undefined ? undefined : checked(field, value, DESCRIPTION_LENGTH_MAX, 'prose'),
    weight: (field: Field) =>
      nullable(field, () => {
        const grams = gramsOf(filled(field)!)
        if (grams !== undefined && grams <= WEIGHT_GRAMS_MAX) return grams
        return fault(field, 'weight_invalid', { value: show(filled(field)!) })
      }),
    gtin: () =>
      nullable('gtin', (field) => {
        const value = filled(field)!.replaceAll(/['\s-]/g, '')
        if (isGtin(value)) return value
        return fault(field, 'gtin_invalid', { value: show(value) })
      }),
    slug: () => {
      const value = filled('slug')?.trim()
      if (value === undefined || isSlug(value)) return value
      return fault('slug', 'slug_invalid', { value: show(value) })
    },
    id: () => {
      const value = filled('id')?.trim().toLowerCase()
      if (value === undefined || UUID.test(value)) return value
      return fault('id', 'id_invalid', { value: show(value) })
    },
    draft: (): boolean | undefined => {
      const status = filled('status')?.trim().toLowerCase()
      const published = filled('published')?.trim().toLowerCase()
      if (status !== undefined && !Object.hasOwn(STATUS, status)) {
        return fault('status', 'status_invalid', { value: show(status) })
      }
      if (status === undefined && published === undefined) return undefined
      return STATUS[status ?? 'active'] === true || published === 'false'
    },
    taxClass(): TaxClass | undefined {
      if (text('tax_class') === undefined) return undefined
      const value = filled('tax_class')?.trim().toLowerCase() ?? TAX_CLASS_DEFAULT
      const known = TAX_CLASSES.find((each) => each === value)
      return (
        known ??
        fault('tax_class', 'tax_class_invalid', { value: show(value), options: TAX_CLASSES.join(', ') })
      )
    },
    publishAt: () =>
      nullable('publish_at', (field) => {
        const value = filled(field)!.trim()
        const time = new Date(TIME.test(value) ? value : '')
        if (!Number.isNaN(time.getTime())) return time.toISOString()
        return fault(field, 'time_invalid', { value: show(value) })
      }),
    list(field: Field, lengthMax: number, countMax: number) {
      const value = text(field)
      if (value === undefined) return undefined
      const values = splitList(value)
      return areGood(field, values, lengthMax, countMax) ? values : undefined
    },
    options(): readonly GroupOption[] | undefined {
      const entries = named('options', OPTION_NAME_LENGTH_MAX, OPTIONS_MAX)
      const good = entries?.every(([, values]) =>
        areGood('options', values, OPTION_VALUE_LENGTH_MAX, VALUES_PER_OPTION_MAX),
      )
      return good ? entries!.map(([name, values]) => ({ name, values })) : undefined
    },
    attributes(): Record<string, readonly string[]> | undefined {
      if (text('attributes') !== undefined && filled('attributes') === undefined) return {}
      const entries = named('attributes', ATTRIBUTE_NAME_LENGTH_MAX, ATTRIBUTES_MAX)
      const good = entries?.every(([, values]) =>
        areGood('attributes', values, ATTRIBUTE_VALUE_LENGTH_MAX, VALUES_PER_ATTRIBUTE_MAX),
      )
      return good ? Object.fromEntries(entries!) : undefined
    },
    categories() {
      const value = text('categories')
      if (value === undefined) return undefined
      const values = splitList(value)
      if (values.length <= CATEGORIES_PER_PRODUCT_MAX && new Set(values).size === values.length) return values
      return fault('categories', 'too_many_categories', { max: CATEGORIES_PER_PRODUCT_MAX })
    },
    pictures(): readonly MediaItem[] | undefined {
      const value = text('pictures')
      if (value === undefined) return undefined
      const items: MediaItem[] = []
      for (const each of value.split(/\r\n|[\r\n]/).filter((part) => part.trim() !== '')) {
        const [, id, x = '50', y = '50', alt] = PICTURE.exec(each) ?? []
        if (id === undefined || alt === undefined || Number(x) > FOCUS_MAX || Number(y) > FOCUS_MAX) {
          return fault('pictures', 'picture_invalid', { value: show(each) })
        }
        if (checked('pictures', alt, ALT_LENGTH_MAX) === undefined) return undefined
        items.push({ id, alt, focus: { x: Number(x), y: Number(y) } })
      }
      if (items.length <= MEDIA_PER_PRODUCT_MAX && repeatedItem(items) === undefined) return items
      return fault('pictures', 'too_many_pictures', { max: MEDIA_PER_PRODUCT_MAX })
    },
  }

  function named(field: Field, lengthMax: number, countMax: number) {
    const value = filled(field)
    if (value === undefined) return undefined
    const entries = splitNamed(value)
    // JSON bodies may not name a field so, and a product that has such an attribute could not be edited.
    const unnamable = field === 'attributes' && entries?.some(([name]) => name === '__proto__')
    if (entries === undefined || unnamable) {
      return fault(field, 'lines_invalid', { value: show(value) })
    }
    const names = entries.map(([name]) => name)
    return areGood(field, names, lengthMax, countMax) ? entries : undefined
  }

  function areGood(field: Field, values: readonly string[], lengthMax: number, countMax: number): boolean {
    if (values.length > countMax || new Set(values).size !== values.length) {
      fault(field, 'too_many_values', { max: countMax })
      return false
    }
    return values.every((value) => checked(field, value, lengthMax) !== undefined)
  }
}

const STATUS: Readonly<Record<string, boolean>> = {
  ...{ draft: true, archived: true, unlisted: true, published: false, active: false },
}
