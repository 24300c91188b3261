/**
 * Pages of all products that were not removed, hidden ones too: for admins. Each part (any_products.ts) is a range of the index of its
 * order; what has no index is a condition on the rows of the range.
 */
import type { DatabaseSync } from 'node:sqlite'
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { type AnyProducts, STEP, walkParts } from '../domain/any_products.ts'
import { skuForms } from '../domain/details.ts'
import type { PageKey } from '../domain/page.ts'
import type { Catalogue } from '../domain/ports.ts'
import { nameKey } from '../domain/product.ts'
import type { Sort } from '../domain/sorts.ts'
import {
  LIVE,
  PRODUCT_COLUMNS,
  prepareAnyNumbers,
  prepareQuery,
  type Query,
  type ReadProducts,
  type Row,
} from './sqlite_rows.ts'

type Value = string | number
export type Condition = { readonly sql: string; readonly values: readonly Value[] }

/** Statements that are kept, one for each set of conditions. */
const SHAPES_MAX = 100

export function prepareAnyPages(
  db: DatabaseSync,
  reading: ReadProducts,
  runtime: Pick<Runtime, 'defer'>,
): Catalogue['listAny'] {
  const seq = prepareQuery(db, 'SELECT seq FROM products WHERE id = ?')
  const shapes = new Map<string, Pick<Query, 'get' | 'all'>>()
  const select = (conditions: readonly Condition[], rest: string) => {
    const sql = anySql(conditions, rest)
    const query = shapes.get(sql) ?? prepareAnyNumbers(db, sql)
    shapes.set(sql, query)
    if (shapes.size > SHAPES_MAX) shapes.delete(shapes.keys().next().value!)
    const values = conditions.flatMap((each) => each.values)
    return (...last: number[]) => query.all(...values, ...last)
  }

  return async (which, { after, limit }) => {
    const { sort = 'newest' } = which
    const { order, keyOf } = ANY_ORDERS[sort]
    // After a product that never existed there is nothing.
    if (sort === 'newest' && after && !seq.get(after[0]!)) return { items: [], next: undefined }
    const side = (side: 'past' | 'until', key: PageKey | undefined): readonly Condition[] => {
      if (!key) return []
      const values = sort === 'newest' ? [Number(seq.get(key[0]!)?.[0] ?? 0)] : key
      return [{ sql: ANY_ORDERS[sort][side], values }]
    }
    return walkParts<Row>(
      {
        end(at) {
          // One product has it at most.
          if (which.sku !== undefined) return undefined
          const [row] = select([rangeOf(which), ...side('past', at)], `${order} LIMIT ? OFFSET ?`)(
            1,
            STEP - 1,
          )
          return row && keyOf(row)
        },
        matching(at, end, count) {
          const part = [rangeOf(which), ...side('past', at), ...side('until', end)]
          return select([...part, ...conditionsOf(which)], `${order} LIMIT ?`)(count)
        },
        keyOf,
        read: reading.many,
      },
      { after, limit },
      () => nextTurn(runtime),
    )
  }
}

export const anySql = (conditions: readonly Condition[], rest: string): string =>
  `SELECT ${PRODUCT_COLUMNS} FROM products p WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY ${rest}`

/** `past` a key, and `until` it. */
type AnyOrder = {
  readonly order: string
  readonly past: string
  readonly until: string
  keyOf(row: Row): PageKey
}
export const ANY_ORDERS: Readonly<Record<Sort, AnyOrder>> = {
  newest: {
    ...{ order: 'p.seq DESC', past: 'p.seq < ?', until: 'p.seq >= ?' },
    keyOf: ([id]) => [id as string],
  },
  price: {
    ...{ order: 'p.price_minor, p.id', past: '(p.price_minor, p.id) > (?, ?)' },
    until: '(p.price_minor, p.id) <= (?, ?)',
    keyOf: ([id, , , price]) => [price as number, id as string],
  },
  '-price': {
    ...{ order: 'p.price_minor DESC, p.id DESC', past: '(p.price_minor, p.id) < (?, ?)' },
    until: '(p.price_minor, p.id) >= (?, ?)',
    keyOf: ([id, , , price]) => [price as number, id as string],
  },
  name: {
    ...{ order: 'p.name_key, p.id', past: '(p.name_key, p.id) > (?, ?)' },
    until: '(p.name_key, p.id) <= (?, ?)',
    keyOf: ([id, name]) => [nameKey(name as string), id as string],
  },
}

const HIDDEN = '(p.draft = 1 OR p.group_draft = 1)'
const ON_SALE = 'p.deleted_at IS NULL'

/** The first of two forms of a SKU that a product has, else the second. */
const KNOWN_FORM = `coalesce((SELECT p.sku FROM products p WHERE p.sku = ? AND ${LIVE}), ?)`

/** What is walked: of an index of its own, or all products, with those that were removed. */
export function rangeOf({ sku, groupId, status }: AnyProducts): Condition {
  if (sku !== undefined) return { sql: `p.sku = ${KNOWN_FORM} AND ${LIVE}`, values: skuForms(sku) }
  if (groupId !== undefined) return { sql: 'p.group_id = ? AND p.group_id IS NOT NULL', values: [groupId] }
  if (status === 'published') return { sql: ON_SALE, values: [] }
  return { sql: status === undefined ? 'p.seq > 0' : HIDDEN, values: [] }
}

const STATUS = {
  published: ON_SALE,
  draft: HIDDEN,
  scheduled: '(p.draft = 1 AND p.publish_at IS NOT NULL)',
} as const

export function conditionsOf(which: AnyProducts): readonly Condition[] {
  const { status, groupId, words = [], categories, stockMin, stockMax, reduced } = which
  return [
    { sql: status ? STATUS[status] : LIVE, values: [] },
    ...(groupId === undefined ? [] : [{ sql: 'p.group_id = ?', values: [groupId] }]),
    ...words.map(({ key, text, skus }) => ({
      sql: `(instr(p.name_key, ?) > 0 OR instr(lower(p.name), ?) > 0${' OR instr(lower(p.sku), ?) > 0'.repeat(skus.length)})`,
      values: [key, text, ...skus],
    })),
    ...(stockMin === undefined ? [] : [{ sql: 'p.stock >= ?', values: [stockMin] }]),
    ...(stockMax === undefined ? [] : [{ sql: 'p.stock <= ?', values: [stockMax] }]),
    ...(reduced ? [{ sql: "p.details ->> '$.compareAtMinor' IS NOT NULL", values: [] }] : []),
    ...(categories ? [{ sql: IN_CATEGORIES, values: Array(2).fill(JSON.stringify(categories)) }] : []),
  ]
}

const inOneOf = (details: string) =>
  `EXISTS (SELECT 1 FROM json_each(${details}, '$.categories') c WHERE c.value IN (SELECT value FROM json_each(?)))`
const IN_CATEGORIES = `(${inOneOf('p.details')} OR (p.group_id IS NOT NULL AND
  EXISTS (SELECT 1 FROM groups g WHERE g.id = p.group_id AND ${inOneOf('g.details')})))`
