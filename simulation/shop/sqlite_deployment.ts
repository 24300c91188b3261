/** The stores of a shop on SQLite in memory: all replicas of a service share one, as they share a file. */
import type { DatabaseSync } from 'node:sqlite'
import { openSqliteStores as openAuth } from '@shop/auth_service/storage/open_stores'
import { openSqliteStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openSqliteStores as openProducts } from '@shop/product_service/storage/open_stores'
import { orderRecords, type Read, stockRecords } from '../../tests/system/store_records.ts'
import type { Faults } from '../core/faults.ts'
import { createMachine } from '../core/machine.ts'
import type { World } from '../core/world.ts'
import type { Deployment } from './deployment.ts'
import { CURRENCY } from './services.ts'
import { databaseOf, diskError, setCommitFault } from './sqlite_engine.ts'

export type DiskFault = 'a commit fails' | 'a commit fails after it was applied' | 'the disk is full'

export const DISK_FAULTS: Readonly<Record<DiskFault, number>> = {
  'a commit fails': 0.05,
  'a commit fails after it was applied': 0.05,
  'the disk is full': 0.5,
}

/** Longest time without room. */
const FULL_MS = { least: 500, most: 5_000 }
const FULL_FROM_MS_MAX = 15_000

export async function openSqliteDeployment(world: World, faults: Faults<DiskFault>): Promise<Deployment> {
  const chances = world.chances('disk')
  const disk = { full: false }
  world.after(chances.between(0, FULL_FROM_MS_MAX), () => {
    if (!faults.happens('the disk is full')) return
    disk.full = true
    world.note('disk', 'is full')
    world.after(chances.between(FULL_MS.least, FULL_MS.most), () => {
      disk.full = false
    })
  })
  const { runtime } = createMachine(world, 'sqlite', 0, { aheadMs: 0 })
  setCommitFault((moment) => {
    if (moment === 'before' && disk.full && faults.areOn()) return diskError(13, 'database or disk is full')
    if (moment === 'before' && faults.happens('a commit fails')) return diskError(10, 'disk I/O error')
    if (moment === 'after' && faults.happens('a commit fails after it was applied'))
      return diskError(10, 'disk I/O error')
    return undefined
  })
  const auth = await databaseOf(() => openAuth(':memory:', { runtime }))
  const products = await databaseOf(() => openProducts(':memory:', { CURRENCY, runtime }))
  const orders = await databaseOf(() => openOrders(':memory:', { CURRENCY, runtime }))
  const changes = [products.database, orders.database].map((db) => db.prepare('SELECT total_changes() AS n'))
  const readProducts = reader(products.database)
  const readOrders = reader(orders.database)
  return {
    auth: async () => auth.opened,
    products: async () => products.opened,
    orders: async () => orders.opened,
    books: {
      // Within a transaction, changes are not there yet; but no event ends within one, unless a fault left it open.
      revision: () => changes.reduce((sum, each) => sum + Number(each.get()!.n), 0),
      records: () => ({ ...stockRecords(readProducts), orders: orderRecords(readOrders) }),
    },
    repair() {
      disk.full = false
    },
    close() {
      // Not the stores: their writes end in the world, which has ended.
      for (const { database } of [auth, products, orders]) database.close()
    },
  }
}

function reader(db: DatabaseSync): Read {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  return (sql) => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    return statement.all() as ReturnType<Read>
  }
}
