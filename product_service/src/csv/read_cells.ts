/** Reads and checks the cells of a row, with the limits that the API has for the same fields. */

import { textFault } from '@shop/service_kit/http/text'
import { formatMoney, parseMoney } from '@shop/service_kit/money/money'
import {
  ATTRIBUTE_NAME_LENGTH_MAX,
  ATTRIBUTE_VALUE_LENGTH_MAX,
  ATTRIBUTES_MAX,
  CATEGORIES_PER_PRODUCT_MAX,
  isGtin,
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
import type { ImportNote } from '../domain/import.ts'
import {
  ALT_LENGTH_MAX,
  FOCUS_MAX,
  MEDIA_PER_PRODUCT_MAX,
  type MediaItem,
  repeatedItem,
} from '../domain/media.ts'
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, PRICE_MINOR_MAX, STOCK_MAX } from '../domain/product.ts'
import { isSlug } from '../domain/slug.ts'
import { amountOf, gramsOf, splitList, splitNamed } from './cells.ts'
import type { Field } from './columns.ts'

export type Money = { readonly currency: string; readonly digits: number }
export type Cells = ReturnType<typeof cellsOf>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const PICTURE = /^([0-9a-f]{64})(?: (\d{1,3}),(\d{1,3}))? (.+)$/u

/** The cells of a row by field. A reader that finds a fault adds it to `notes`, and returns undefined as for an absent field. */
export function cellsOf(
  row: number,
  texts: readonly string[],
  fields: readonly (Field | null)[],
  names: readonly string[],
  { currency, digits }: Money,
) {
  const notes: ImportNote[] = []
  const columnOf = (field: Field) => names[fields.indexOf(field)] ?? null
  const fault = (field: Field | null, message: string) => {
    notes.push({ row, column: field && columnOf(field), kind: 'fault', message })
    return undefined
  }
  const warn = (field: Field, message: string) => {
    notes.push({ row, column: columnOf(field), kind: 'warning', message })
  }
  /** Undefined if the table has no such column. */
  const text = (field: Field): string | undefined => {
    const at = fields.indexOf(field)
    return at < 0 ? undefined : (texts[at] ?? '')
  }
  /** Undefined if it is blank, too. */
  const filled = (field: Field): string | undefined => {
    const value = text(field)
    return value === undefined || value.trim() === '' ? undefined : value
  }
  const checked = (field: Field, value: string, lengthMax: number, kind: 'line' | 'prose' = 'line') => {
    const wrong =
      value.length > lengthMax ? `must have at most ${lengthMax} characters` : textFault(value, kind)
    return wrong === undefined ? value : fault(field, `${show(value)} ${wrong}.`)
  }
  const line = (field: Field, lengthMax: number) => {
    const value = filled(field)
    return value === undefined ? undefined : checked(field, value, lengthMax)
  }
  const whole = (field: Field, max: number) => {
    const value = filled(field)?.trim()
    if (value === undefined) return undefined
    if (/^\d{1,12}$/.test(value) && Number(value) <= max) return Number(value)
    return fault(field, `${show(value)} must be a whole number from 0 to ${max}.`)
  }
  const money = (field: Field) => {
    const value = filled(field)
    if (value === undefined) return undefined
    const amount = amountOf(value, currency, digits)
    const minor = amount === undefined ? undefined : parseMoney(amount, digits)
    if (minor !== undefined && minor <= PRICE_MINOR_MAX) return minor
    return fault(
      field,
      `${show(value)} must be an amount in ${currency} of at most ${formatMoney(PRICE_MINOR_MAX, digits)} with at most ${digits} digits after the point.`,
    )
  }
  /** A blank cell of a column that is there removes what was there. */
  const nullable = <T>(field: Field, read: (field: Field) => T | undefined): T | null | undefined => {
    if (text(field) === undefined) return undefined
    return filled(field) === undefined ? null : read(field)
  }

  return {
    ...{ row, notes, text, filled, fault, warn, line, whole, money, nullable },
    has: (field: Field) => fields.includes(field),
    name: () => line('name', NAME_LENGTH_MAX),
    sku: () => nullable('sku', (field) => line(field, SKU_LENGTH_MAX)),
    stock: (field: Field = 'stock') => whole(field, STOCK_MAX),
    prose: (field: Field, value = text(field)) =>
      value === undefined ? undefined : checked(field, value, DESCRIPTION_LENGTH_MAX, 'prose'),
    weight: (field: Field) =>
      nullable(field, () => {
        const grams = gramsOf(filled(field)!)
        if (grams !== undefined && grams <= WEIGHT_GRAMS_MAX) return grams
        return fault(field, `${show(filled(field)!)} must be a weight such as 500, 500 g or 0.5 kg.`)
      }),
    gtin: () =>
      nullable('gtin', (field) => {
        const value = filled(field)!.replaceAll(/['\s-]/g, '')
        if (isGtin(value)) return value
        return fault(field, `${show(value)} must be 8, 12, 13 or 14 digits with a right check digit.`)
      }),
    slug: () => {
      const value = filled('slug')?.trim()
      if (value === undefined || isSlug(value)) return value
      return fault(
        'slug',
        `${show(value)} must be words of small letters and digits, joined by single hyphens.`,
      )
    },
    id: () => {
      const value = filled('id')?.trim().toLowerCase()
      if (value === undefined || UUID.test(value)) return value
      return fault('id', `${show(value)} is no id. Leave it blank for a new product.`)
    },
    draft: (): boolean | undefined => {
      const status = filled('status')?.trim().toLowerCase()
      const published = filled('published')?.trim().toLowerCase()
      if (status !== undefined && !(status in STATUS)) {
        return fault('status', `${show(status)} must be draft or published.`)
      }
      if (status === undefined && published === undefined) return undefined
      return STATUS[status ?? 'active'] === true || published === 'false'
    },
    publishAt: () =>
      nullable('publish_at', (field) => {
        const value = filled(field)!.trim()
        const time = new Date(TIME.test(value) ? value : '')
        if (!Number.isNaN(time.getTime())) return time.toISOString()
        return fault(field, `${show(value)} must be a time such as 2026-01-31T12:00:00Z.`)
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
      return fault('categories', `There must be at most ${CATEGORIES_PER_PRODUCT_MAX} categories, each once.`)
    },
    pictures(): readonly MediaItem[] | undefined {
      const value = text('pictures')
      if (value === undefined) return undefined
      const items: MediaItem[] = []
      for (const each of value.split(/\r\n|[\r\n]/).filter((part) => part.trim() !== '')) {
        const [, id, x = '50', y = '50', alt] = PICTURE.exec(each) ?? []
        if (id === undefined || alt === undefined || Number(x) > FOCUS_MAX || Number(y) > FOCUS_MAX) {
          return fault(
            'pictures',
            `${show(each)} must be the id of an uploaded picture (64 digits), x,y of its focus, and its description.`,
          )
        }
        if (checked('pictures', alt, ALT_LENGTH_MAX) === undefined) return undefined
        items.push({ id, alt, focus: { x: Number(x), y: Number(y) } })
      }
      if (items.length <= MEDIA_PER_PRODUCT_MAX && repeatedItem(items) === undefined) return items
      return fault('pictures', `There must be at most ${MEDIA_PER_PRODUCT_MAX} pictures, each once.`)
    },
  }

  function named(field: Field, lengthMax: number, countMax: number) {
    const value = filled(field)
    if (value === undefined) return undefined
    const entries = splitNamed(value)
    if (entries === undefined)
      return fault(field, `${show(value)} must be lines such as “Name: value; value”.`)
    const names = entries.map(([name]) => name)
    return areGood(field, names, lengthMax, countMax) ? entries : undefined
  }

  function areGood(field: Field, values: readonly string[], lengthMax: number, countMax: number): boolean {
    if (values.length > countMax || new Set(values).size !== values.length) {
      fault(field, `There must be at most ${countMax} values, each once.`)
      return false
    }
    return values.every((value) => checked(field, value, lengthMax) !== undefined)
  }
}

const STATUS: Readonly<Record<string, boolean>> = {
  ...{ draft: true, archived: true, unlisted: true, published: false, active: false },
}

const SHOWN_LENGTH_MAX = 60
/** A value in a message: its beginning, on one line. */
export const show = (value: string): string => {
  const one = value.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim()
  return `“${one.length > SHOWN_LENGTH_MAX ? `${one.slice(0, SHOWN_LENGTH_MAX)}…` : one}”`.toWellFormed()
}
