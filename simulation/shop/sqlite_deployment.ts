/** The stores of a shop on SQLite in memory: each process has a connection of its own to the database of its service. */
import type { DatabaseSync } from 'node:sqlite'
import { orderRecords, type Read, stockRecords } from '../../tests/system/store_records.ts'
import type { Faults } from '../core/faults.ts'
import type { World } from '../core/world.ts'
import type { Deployment, Opens, Version } from './deployment.ts'
import { ofEach } from './releases.ts'
import { changeRecords } from './sqlite_changes.ts'
import { DatabaseSync as Connection, diskError, openEngines } from './sqlite_in_memory.ts'

export type DiskFault = 'a commit fails' | 'a commit fails after it was applied' | 'the disk is full'

export const DISK_FAULTS: Readonly<Record<DiskFault, number>> = {
  'a commit fails': 0.05,
  'a commit fails after it was applied': 0.05,
  'the disk is full': 0.5,
}

/** Longest time without room. */
const FULL_MS = { least: 500, most: 5_000 }
const FULL_FROM_MS_MAX = 15_000

const OPENERS = await ofEach((release) => release.openers.sqlite())

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
  const engines = openEngines((moment) => {
    if (moment === 'before' && disk.full && faults.areOn()) return diskError(13, 'database or disk is full')
    if (moment === 'before' && faults.happens('a commit fails')) return diskError(10, 'disk I/O error')
    if (moment === 'after' && faults.happens('a commit fails after it was applied'))
      return diskError(10, 'disk I/O error')
    return undefined
  })
  const storesOf = ({ auth, products, orders }: (typeof OPENERS)[Version]): Opens => ({
    auth: ({ runtime }) => engines.connect('auth', () => auth(runtime)),
    products: ({ runtime }) => engines.connect('products', () => products(runtime)),
    orders: ({ runtime }) => engines.connect('orders', () => orders(runtime)),
  })
  const stores = { present: storesOf(OPENERS.present), previous: storesOf(OPENERS.previous) }
  // A database lasts as long as it has connections, and that of the books is there from the beginning.
  const connectTo = (database: string) => engines.connect(database, () => new Connection(':memory:'))
  const [accounts, products, orders] = [connectTo('auth'), connectTo('products'), connectTo('orders')]
  const changes = [products, orders].map((db) => db.prepare('PRAGMA data_version'))
  const read = { accounts: reader(accounts), products: reader(products), orders: reader(orders) }
  return {
    stores,
    books: {
      revision: () => changes.reduce((sum, each) => sum + Number(each.get()!.data_version), 0),
      records: () => ({ ...stockRecords(read.products), orders: orderRecords(read.orders) }),
      changes: () => changeRecords(read),
    },
    repair() {
      disk.full = false
    },
    // Not the stores: their writes end in the world, which has ended.
    close: engines.close,
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
