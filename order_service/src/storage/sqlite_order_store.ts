/**
 * Orders in SQLite. Every conditional write is one statement; `changes` says whether its condition held.
 *
 * Invariant 3: `addOnce` and `save` resolve after a durable commit (`write` of the kit). Invariant 4: by the unique index on
 * (user_id, idempotency_key).
 *
 * SQLite runs on the main thread. So every statement finds its rows by an index and reads a bounded number of them (a test
 * checks each query plan), and larger reads are done in steps.
 */
import type { StatementSync } from 'node:sqlite'
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { DomainError } from '../domain/errors.ts'
import type { OrderStatus } from '../domain/order.ts'
import { recordOf } from '../domain/order_record.ts'
import type { Audited, OrderStore } from '../domain/ports.ts'
import { nextVersion, withNumber } from '../domain/schedule.ts'
import { createSqliteCatchUp } from './sqlite_catch_up.ts'
import { createSqliteOrderQueues } from './sqlite_order_queues.ts'
import { COLUMNS, columnsOf, jsonColumns, stateColumns, toOrder } from './sqlite_order_rows.ts'

/** Sorts after every UUID and every time. */
const LAST = '~'
/** Orders whose products are stored in one write before a search by product. */
const INDEX_STEP = 200

export function createSqliteOrderStore(
  store: SqliteStore,
  runtime: Pick<Runtime, 'defer'>,
  audit: SqliteAudit,
  onUnreadable: OnUnreadable,
): OrderStore {
  const reading = createReading(toOrder, ([id]: Row) => String(id), onUnreadable)
  const optional = (row: Row | undefined) => (row === undefined ? undefined : reading.one(row))
  const { reader, writer } = store
  const select = `SELECT ${COLUMNS} FROM orders`
  const byKey = `${select} WHERE user_id = ? AND idempotency_key = ?`
  const insert = writer.prepare(`INSERT INTO orders (${COLUMNS})
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, coalesce(?, (SELECT last + 1 FROM order_numbers WHERE only = 1)), ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING number`)
  const numberGiven = writer.prepare('UPDATE order_numbers SET last = ?1 WHERE only = 1 AND last < ?1')
  const update = writer.prepare(`UPDATE orders SET status = ?, lines = ?, rejection = ?, history = ?,
    version = version + 1, updated_at = ?, due_at = ?, attempts = ?, state = ?, pay_due_at = ?,
    tracking = coalesce(?, tracking) WHERE id = ? AND version = ? AND fence = ?`)
  const findByKeyInWrite = prepareRows(writer, byKey)
  const rows = (sql: string) => prepareRows(reader, sql)
  const find = rows(`${select} WHERE id = ?`)
  const findByKey = rows(byKey)
  // The order of the cursor may have been removed since: then from the order before it on.
  const asAdded = (condition: string): ListAt => {
    const found = `SELECT ${COLUMNS}, rowid FROM orders WHERE ${condition}`
    const first = rows(`${found} ORDER BY rowid DESC LIMIT ?2`)
    const before = rows(`${found} AND rowid <= coalesce(
      (SELECT rowid - 1 FROM orders WHERE id = ?2),
      (SELECT rowid FROM orders WHERE id < ?2 ORDER BY id DESC LIMIT 1)) ORDER BY rowid DESC LIMIT ?3`)
    return (value, count, at) => (at === undefined ? first.all(value, count) : before.all(value, at, count))
  }
  const placedBy = asAdded('user_id = ?1')
  const linkedTo = asAdded('linked_to = ?1')
  const ofEmail = asAdded("checkout IS NOT NULL AND checkout ->> '$.email' = ?1")
  const link = writer.prepare(
    'UPDATE orders SET linked_to = ?, ownerless = NULL WHERE id = ? AND linked_to IS NULL AND erased_at IS NULL',
  )
  const track = writer.prepare(
    'UPDATE orders SET tracking = ? WHERE id = ? AND tracking IS ? AND erased_at IS NULL',
  )
  const amended = (by: Audited, at: string, amend: () => number | bigint) =>
    audit.write(by.by, at, (record) => {
      const isAmended = amend() === 1
      if (isAmended) record(by.record)
      return isAmended
    })
  const ofStatus = rows(`${select} WHERE status = ? AND state IS NULL AND id < ? ORDER BY id DESC LIMIT ?`)
  const ofState = rows(`${select} WHERE state = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  /** Newest first: those whose status is in `status`, and those where it is in `state`. */
  const ofEither = (status: OrderStatus, before: string, count: number): readonly Row[] => {
    return newestOf(
      ofStatus.all(status, before, count),
      ofState.all(status, before, count),
      count,
      youngerThan,
    )
  }
  const all = rows(`${select} WHERE id < ? ORDER BY id DESC LIMIT ?`)
  const catchUp = createSqliteCatchUp(store)
  const between = rows(`${select} WHERE id > ? AND id < ? ORDER BY id LIMIT ?`)
  const byNumber = rows(`${select} WHERE number = ?`)
  const ofProduct = rows(`SELECT ${COLUMNS} FROM order_products JOIN orders ON id = order_id
    WHERE product_id = ? AND order_id < ? ORDER BY order_id DESC LIMIT ?`)
  const states = reader.prepare(
    'SELECT id, version, coalesce(state, status) AS status FROM orders WHERE id IN (SELECT value FROM json_each(?))',
  )

  return {
    sharesCommits: true,
    ...createSqliteOrderQueues(store, runtime, reading),
    async addOnce(stored) {
      const columns = columnsOf(stored)
      return store.write(() => {
        const row = insert.get(...columns) as { number: number } | undefined
        if (row) {
          numberGiven.run(row.number)
          return { stored: withNumber(stored, row.number), added: true }
        }
        const { userId, idempotencyKey } = stored.order
        return { stored: reading.one(findByKeyInWrite.get(userId, idempotencyKey!)!), added: false }
      })
    },
    find: async (id) => optional(find.get(id)),
    findByKey: async (userId, key) => optional(findByKey.get(userId, key)),
    async save(stored, audited, tracking) {
      const order = recordOf(stored)
      const { lines, rejection, history } = jsonColumns(order)
      const { status, state, dueAt, payDueAt } = stateColumns(stored)
      const isSaved = await audit.write(audited?.by, order.updatedAt, (record) => {
        const { changes } = update.run(
          status,
          lines,
          rejection,
          history,
          order.updatedAt,
          dueAt,
          order.attempts,
          state,
          payDueAt,
          tracking === undefined ? null : JSON.stringify(tracking),
          order.id,
          order.version,
          order.fence,
        )
        if (changes === 1 && audited) record(audited.record)
        return changes === 1
      })
      if (!isSaved) {
        throw new DomainError('version_conflict', `Order ${order.id} was changed meanwhile.`)
      }
      return nextVersion(stored, tracking)
    },
    listByUser: (userId, { limit, before }) =>
      reading.page(limit, before, (count, at) =>
        newestOf(placedBy(userId, count, at), linkedTo(userId, count, at), count, addedAfter),
      ),
    listByEmail: (email, { limit, before }) =>
      reading.page(limit, before, (count, at) => ofEmail(email, count, at)),
    link: ({ id }, userId, at, audited) => amended(audited, at, () => link.run(userId, id).changes),
    track: ({ id }, { before, after }, at, audited) =>
      amended(audited, at, () => {
        const text = before === undefined ? null : JSON.stringify(before)
        return track.run(JSON.stringify(after), id, text).changes
      }),
    listBetween: (after, end, limit) =>
      reading.page(limit, after, (count, at) => between.all(at, end, count)),
    findByNumber: async (number) => optional(byNumber.get(number)),
    async listByProduct(productId, { limit, before = LAST }) {
      while (await catchUp.index(INDEX_STEP));
      return reading.page(limit, before, (count, at) => ofProduct.all(productId, at, count))
    },
    catchUp: catchUp.step,
    listByStatus: (status, { limit, before = LAST }) =>
      reading.page(limit, before, (count, at) =>
        status === undefined ? all.all(at, count) : ofEither(status, at, count),
      ),
    versionsOf: async (ids) => new Map(statesOf(states, ids).map((row) => [row.id, row.version])),
    statusesOf: async (ids) => new Map(statesOf(states, ids).map((row) => [row.id, row.status])),
    check: () => store.check(),
    close: () => store.close(),
  }
}

type ListAt = (value: string, count: number, at: string | undefined) => readonly Row[]

const youngerThan = ([a]: Row, [b]: Row) => String(a) > String(b)
const addedAfter = (a: Row, b: Row) => Number(a.at(-1)) > Number(b.at(-1))

/** Of two lists, newest first. */
function newestOf(
  one: readonly Row[],
  other: readonly Row[],
  count: number,
  isNewer: (a: Row, b: Row) => boolean,
): readonly Row[] {
  if (other.length === 0) return one
  return [...one, ...other].sort((a, b) => (isNewer(a, b) ? -1 : 1)).slice(0, count)
}

const statesOf = (states: StatementSync, ids: readonly string[]) =>
  states.all(JSON.stringify(ids)) as { id: string; version: number; status: OrderStatus }[]
