/** The rows of products, movements and reservations. Rows are arrays, at half the cost of objects. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { readBigInts } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { type Movement, nameKey, type Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import { readReservation } from '../domain/reservation_record.ts'
import { validateStoredProduct } from '../domain/stored_records.ts'
import { AT_ONCE, changedKinds, EVENT_KINDS } from '../domain/unpublished.ts'
import { DETAIL_COLUMNS, detailsIn, detailValues } from './sqlite_details.ts'
import { movementValues, returnOf } from './sqlite_movements.ts'

export type Row = readonly (string | number | null)[]

/** A statement whose rows are arrays. */
export type Query = {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): readonly Row[]
  iterate(...values: SQLInputValue[]): Iterable<Row>
}

export function prepareQuery(db: DatabaseSync, sql: string): Query {
  const statement: StatementSync = db.prepare(sql)
  statement.setReturnArrays(true)
  return statement as unknown as Query
}

/** For reads of several records: an integer beyond 2^53 becomes an unsafe number, so that only its own row is invalid. */
export function prepareAnyNumbers(db: DatabaseSync, sql: string): Pick<Query, 'get' | 'all'> {
  const statement = readBigInts(db.prepare(sql))
  statement.setReturnArrays(true)
  const numbers = (row: unknown) =>
    (row as unknown[]).map((value) => (typeof value === 'bigint' ? Number(value) : value)) as unknown as Row
  return {
    get(...values) {
      const row = statement.get(...values)
      return row && numbers(row)
    },
    all: (...values) => statement.all(...values).map(numbers),
  }
}

/** Not removed: on sale, or hidden (domain/details.ts). */
export const LIVE = '(p.deleted_at IS NULL OR p.draft = 1 OR p.group_draft = 1)'

export const PRODUCT_COLUMNS = `p.id, p.name, p.description, p.price_minor, p.stock, p.reserved, p.version,
  p.edit_version, p.created_at, p.updated_at, p.deleted_at, p.seq,
  ${DETAIL_COLUMNS.replaceAll(/\w+/g, 'p.$&')}`

export const productOf = (row: Row): Product => ({
  id: row[0] as string,
  name: row[1] as string,
  description: row[2] as string,
  priceMinor: row[3] as number,
  stock: row[4] as number,
  reserved: row[5] as number,
  version: row[6] as number,
  editVersion: row[7] as number,
  createdAt: row[8] as string,
  updatedAt: row[9] as string,
  deletedAt: row[10] as string | null,
  details: detailsIn(row.slice(12)),
})

export const readProducts = (onUnreadable: OnUnreadable) =>
  createReading(
    (row: Row) => validateStoredProduct(productOf(row)),
    ([id]) => String(id),
    onUnreadable,
  )
export type ReadProducts = ReturnType<typeof readProducts>

export const RESERVATION_COLUMNS = `r.order_id, r.status, r.lines, r.total_minor, r.reason, r.shortages,
  r.unknown_products, r.created_at, r.updated_at, r.seq, r.restocks`

const list = (text: string | number | null | undefined) => (text === '[]' ? [] : JSON.parse(text as string))
/** The stored form of a list. */
export const text = (values: readonly unknown[]) => (values.length === 0 ? '[]' : JSON.stringify(values))

export const reservationOf = (row: Row): Reservation =>
  readReservation({
    orderId: row[0],
    status: row[1],
    lines: list(row[2]),
    totalMinor: row[3],
    reason: row[4],
    shortages: list(row[5]),
    unknownProducts: list(row[6]),
    createdAt: row[7],
    updatedAt: row[8],
    restocks: row[10] == null ? null : list(row[10]),
  })

/** Where a product is stored, and whether it is marked already: its stock is not published (domain/unpublished.ts). */
export type Place = { readonly seq: number; readonly isMarked: boolean }

/** Of a row of `prepareWrites`. */
export const placeOf = (row: Row): Place => ({ seq: row[11] as number, isMarked: row[20] === AT_ONCE })

export const WRITTEN_COLUMNS = `${PRODUCT_COLUMNS}, p.stock_publish_due`

/** The writes of both stores. Call them only inside `SqliteStore.write`. */
export function prepareWrites(db: DatabaseSync) {
  const product = prepareQuery(db, `SELECT ${WRITTEN_COLUMNS} FROM products p WHERE p.id = ?`)
  const addProduct = db.prepare(
    `INSERT INTO products (id, name, name_key, description, price_minor, stock, in_stock, reserved, version,
       edit_version, created_at, updated_at, deleted_at, ${DETAIL_COLUMNS}, product_publish_due, stock_publish_due)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const move = (more: string) =>
    db.prepare(
      `UPDATE products SET stock = ?, reserved = ?, version = ?, updated_at = ?${more} WHERE seq = ? AND version = ?`,
    )
  // What a statement names is written in the indexes, too: so each names only what it changes.
  const [crossing, marking] = [', in_stock = stock = 0', `, stock_publish_due = '${AT_ONCE}'`]
  const moves = { marked: move(''), unmarked: move(marking) }
  const crosses = { marked: move(crossing), unmarked: move(crossing + marking) }
  const editFields = db.prepare(
    `UPDATE products SET name = ?, name_key = ?, description = ?, price_minor = ?, edit_version = ?,
       deleted_at = ?, product_publish_due = iif(?, '${AT_ONCE}', product_publish_due), (${DETAIL_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE seq = ?`,
  )
  const addMovement = db.prepare(
    `INSERT INTO movements (product_seq, version, delta, stock_after, reason, note, order_id, made_by, at,
       idempotency_key, fingerprint, return_order) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  return {
    product,
    /** Adds only the row; the caller adds the movement. */
    addProduct(after: Product): number {
      const { id, name, description, priceMinor, stock, reserved, version, editVersion } = after
      const { lastInsertRowid } = addProduct.run(
        id,
        name,
        nameKey(name),
        description,
        priceMinor,
        stock,
        stock > 0 ? 1 : 0,
        reserved,
        version,
        editVersion,
        after.createdAt,
        after.updatedAt,
        after.deletedAt,
        ...detailValues(after.details),
        ...EVENT_KINDS.map((kind) => (changedKinds(undefined, after).includes(kind) ? AT_ONCE : null)),
      )
      return Number(lastInsertRowid)
    },
    /** Replaces `before` by `after`. Writes name, description, price and deletion only after an edit. */
    replaceProduct({ seq, isMarked }: Place, before: Product, after: Product) {
      const kinds = changedKinds(before, after)
      const statements = before.stock > 0 === after.stock > 0 ? moves : crosses
      const { changes } = statements[isMarked || kinds.length === 0 ? 'marked' : 'unmarked'].run(
        after.stock,
        after.reserved,
        after.version,
        after.updatedAt,
        seq,
        before.version,
      )
      if (changes !== 1) throw new Error(`product ${after.id} is not at version ${before.version}`)
      if (after.editVersion === before.editVersion) return
      const { name, description, priceMinor, editVersion, deletedAt, details } = after
      const texts = [name, nameKey(name), description]
      const marks = Number(kinds.includes('product'))
      editFields.run(...texts, priceMinor, editVersion, deletedAt, marks, ...detailValues(details), seq)
    },
    addMovement(seq: number, movement: Movement, attempt?: { key: string; fingerprint: string }) {
      addMovement.run(
        seq,
        ...movementValues(movement),
        attempt?.key ?? null,
        attempt?.fingerprint ?? null,
        returnOf(movement),
      )
    },
  }
}
