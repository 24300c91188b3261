/**
 * Completes orders in SQLite that an earlier release wrote, or writes meanwhile: an order without a number is not complete.
 *
 * N1, N2 (order_numbers.ts): each gets its number, and its rows in `order_products`, in one transaction, under the condition that
 * it has none. So this can stop anywhere, and go on in another process.
 */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'

export function createSqliteOldOrders({ reader, writer, write }: SqliteStore) {
  const sql = 'SELECT id FROM orders WHERE number IS NULL ORDER BY id LIMIT ?'
  const first = reader.prepare(sql)
  const oldest = writer.prepare(sql)
  // Numbers were kept for the orders of before. Those that an earlier release adds beside this one get the next ones.
  const takeKept = writer.prepare(
    `UPDATE order_numbers SET old_last = old_last + 1 WHERE only = 1 AND old_last < old_end
      RETURNING old_last AS number`,
  )
  const takeNext = writer.prepare(
    'UPDATE order_numbers SET last = last + 1 WHERE only = 1 RETURNING last AS number',
  )
  const addProducts = writer.prepare(`INSERT OR IGNORE INTO order_products
    SELECT value ->> 'productId', orders.id FROM orders, json_each(orders.lines) line
      WHERE orders.id = ? AND line.type = 'object'`)
  const setNumber = writer.prepare('UPDATE orders SET number = ? WHERE id = ? AND number IS NULL')
  return async (limit: number): Promise<boolean> => {
    // Most rounds have nothing to do; they take no lock.
    if (!first.get(1)) return false
    return write(() => {
      const orders = oldest.all(limit) as { id: string }[]
      for (const { id } of orders) {
        const { number } = (takeKept.get() ?? takeNext.get()) as { number: number }
        addProducts.run(id)
        setNumber.run(number, id)
      }
      return orders.length === limit
    })
  }
}
