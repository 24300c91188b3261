/** Copies products, removed ones too, their ledgers and reservations, and the idempotency keys of adjustments. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  attemptId,
  collectionsOf,
  movementDocument,
  productDocument,
  reservationDocument,
} from '@shop/product_service/storage/mongo_documents'
import {
  MOVEMENT_COLUMNS,
  movementOf,
  PRODUCT_COLUMNS,
  productOf,
  RESERVATION_COLUMNS,
  type Row,
  reservationOf,
} from '@shop/product_service/storage/sqlite_rows'
import type { Collection, MongoStore } from '@shop/service_kit/mongo/store'
import { batchInserts } from '@shop/service_kit/mongo/writes'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { Copied, Progress } from './progress.ts'

export function currencyOf(folder: string): string {
  const db = new DatabaseSync(join(folder, 'products.db'), { readOnly: true })
  try {
    return String(db.prepare(`SELECT value FROM settings WHERE name = 'currency'`).get()!.value)
  } finally {
    db.close()
  }
}

export async function copyProducts(folder: string, store: MongoStore, progress: Progress): Promise<Copied[]> {
  const db = new DatabaseSync(join(folder, 'products.db'), { readOnly: true })
  const { products, movements, reservations, attempts } = collectionsOf(store)

  const copy = async <D extends { _id: string }>(
    what: string,
    rows: Iterable<Row>,
    documentOf: (row: Row) => D,
    collection: Collection<D>,
  ): Promise<Copied> => {
    const insert = batchInserts<D>(systemRuntime, () => collection)
    const source = await progress.each(what, rows, (row) => {
      const document = documentOf(row)
      return store.repeat(() => insert(document))
    })
    return { what, source, target: await store.repeat(() => collection.countDocuments()) }
  }
  const rowsOf = (sql: string): Iterable<Row> => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement.iterate() as unknown as Iterable<Row>
  }
  const ledger = 'FROM movements m JOIN products p ON p.seq = m.product_seq'
  try {
    return [
      await copy(
        'products',
        rowsOf(`SELECT ${PRODUCT_COLUMNS} FROM products p ORDER BY p.seq`),
        (row) => productDocument(productOf(row)),
        products,
      ),
      await copy(
        'movements',
        rowsOf(`SELECT ${MOVEMENT_COLUMNS} ${ledger} ORDER BY m.product_seq, m.version`),
        (row) => movementDocument(movementOf(row)),
        movements,
      ),
      await copy(
        'reservations',
        rowsOf(`SELECT ${RESERVATION_COLUMNS} FROM reservations r ORDER BY r.seq`),
        (row) => reservationDocument(reservationOf(row)),
        reservations,
      ),
      await copy(
        'adjustments under a key',
        rowsOf(
          `SELECT ${MOVEMENT_COLUMNS}, m.idempotency_key ${ledger} WHERE m.idempotency_key IS NOT NULL
            ORDER BY m.product_seq, m.version`,
        ),
        (row) => ({
          _id: attemptId(row[7] as string, row[10] as string),
          fingerprint: row[9] as string,
          movement: movementOf(row),
        }),
        attempts,
      ),
    ]
  } finally {
    db.close()
  }
}
