/**
 * What SQLite stores after an order, in steps: the number of an order that an earlier release wrote, and `order_products`.
 *
 * Why not with the order: its row in `order_products` changes a page that no other order of the commit changes. That took a quarter
 * of the time of an insert; together with many others it takes little.
 *
 * Invariants
 *  N1, N2 (order_numbers.ts): an old order gets its number under the condition that it has none, and its rows in the same transaction.
 *  P1. Every order up to the number `indexed` is in `order_products`, with each of its products. Numbers are given in the order of
 *      commits, so an order that is committed later has a higher one.
 * So this can stop anywhere, and go on in another process.
 */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'

export function createSqliteCatchUp({ reader, writer, write }: SqliteStore) {
  const oldestSql = 'SELECT id FROM orders WHERE number IS NULL ORDER BY id LIMIT ?'
  const newestSql = `SELECT id, number FROM orders WHERE number > (SELECT indexed FROM order_numbers WHERE only = 1)
    ORDER BY number LIMIT ?`
  const firstOld = reader.prepare(oldestSql)
  const firstNew = reader.prepare(newestSql)
  const oldest = writer.prepare(oldestSql)
  const newest = writer.prepare(newestSql)
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
  const setIndexed = writer.prepare('UPDATE order_numbers SET indexed = ? WHERE only = 1')

  // Most rounds have nothing to do; they take no lock.
  const number = async (limit: number): Promise<boolean> => {
    if (!firstOld.get(1)) return false
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
  const index = async (limit: number): Promise<boolean> => {
    if (!firstNew.get(1)) return false
    return write(() => {
      const orders = newest.all(limit) as { id: string; number: number }[]
      for (const { id } of orders) addProducts.run(id)
      if (orders.length > 0) setIndexed.run(orders.at(-1)!.number)
      return orders.length === limit
    })
  }
  return {
    index,
    step: async (limit: number): Promise<boolean> => {
      const more = [await number(limit), await index(limit)]
      return more.includes(true)
    },
  }
}
