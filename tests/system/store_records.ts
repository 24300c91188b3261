/** The stores of order_service and product_service, read from their SQLite files without asking the services. */
import { DatabaseSync } from 'node:sqlite'
import type { FirstService } from '../../scripts/services.ts'
import { haveSettled, type LineRecord, type StoreRecords } from './invariants.ts'
import { until } from './until.ts'
import { SETTLE_MS, storePath } from './world.ts'

/** How long a read waits for a file that is being recovered after a kill. */
const BUSY_MS = 60_000

type Row = Record<string, unknown>
type StoredLine = { productId: string; quantity: number; unitPriceMinor?: number }

/** Each file is read at a moment of its own; they fit together only while no request is under way. */
export function readRecords(
  dataDir: string,
  pathOf: (dataDir: string, service: FirstService) => string = storePath,
): StoreRecords {
  const orders = readFile(pathOf(dataDir, 'order_service'), orderRecords)
  const stock = readFile(pathOf(dataDir, 'product_service'), stockRecords)
  return { ...stock, orders }
}

/** The rows of a statement. */
export type Read = (sql: string) => Row[]

export const orderRecords = (read: Read): StoreRecords['orders'] =>
  read('SELECT * FROM orders ORDER BY id').map((row) => ({
    id: String(row.id),
    userId: String(row.user_id),
    key: row.idempotency_key as string | null,
    status: String(row.state ?? row.status),
    version: Number(row.version),
    totalMinor: Number(row.total_minor),
    lines: linesOf(row.lines),
    history: (JSON.parse(String(row.history)) as { status: string }[]).map(({ status }) => status),
  }))

export const MOVEMENTS =
  'SELECT p.id, m.* FROM movements m JOIN products p ON p.seq = m.product_seq ORDER BY p.seq, m.version'

/** A row of MOVEMENTS. */
export const movementRecord = (row: Row): StoreRecords['movements'][number] => ({
  productId: String(row.id),
  version: Number(row.version),
  delta: Number(row.delta),
  stockAfter: Number(row.stock_after),
  orderId: row.order_id as string | null,
  ...(row.reason === 'adjustment' && row.made_by === null ? { opening: true } : {}),
})

export const stockRecords = (read: Read): Omit<StoreRecords, 'orders'> => ({
  products: read('SELECT id, stock, reserved, version, edit_version, price_minor FROM products').map(
    (row) => ({
      id: String(row.id),
      stock: Number(row.stock),
      reserved: Number(row.reserved),
      version: Number(row.version),
      editVersion: Number(row.edit_version),
      priceMinor: Number(row.price_minor),
    }),
  ),
  movements: read(MOVEMENTS).map(movementRecord),
  reservations: read('SELECT order_id, status, lines FROM reservations').map((row) => ({
    orderId: String(row.order_id),
    status: String(row.status),
    lines: linesOf(row.lines),
  })),
})

/** What `read` returns once every order in it is settled (invariant 5), also an order whose answer was not seen. */
export const settledRecords = (read: () => StoreRecords | Promise<StoreRecords>): Promise<StoreRecords> =>
  until('every order in the store is settled', SETTLE_MS, async () => {
    const records = await read()
    return haveSettled(records) && records
  })

function readFile<T>(path: string, work: (read: Read) => T): T {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  try {
    db.exec('BEGIN')
    return work((sql) => db.prepare(sql).all())
  } finally {
    db.close()
  }
}

const linesOf = (text: unknown): LineRecord[] =>
  (JSON.parse(String(text)) as StoredLine[]).map(({ productId, quantity, unitPriceMinor = null }) => ({
    productId,
    quantity,
    unitPriceMinor,
  }))
