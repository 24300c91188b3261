/** The prices in a SQLite store of product_service, read without asking the service. */
import { DatabaseSync } from 'node:sqlite'
import type { StoredPrice } from './anomalies.ts'

export function readPrices(path: string): StoredPrice[] {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = db.prepare('SELECT id, price_minor FROM products').all()
    return rows.map(({ id, price_minor }) => ({
      id: String(id),
      priceMinor: Number(price_minor),
    }))
  } finally {
    db.close()
  }
}
