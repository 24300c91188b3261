/** Copies the SQLite files of a shop, and the files beside them that a new data folder needs. */
import { chmodSync, copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE_FILE as PRODUCTS } from '@shop/product_service/storage/open_stores'
import { LAST_BACKUP_FILE } from '@shop/service_kit/storage/last_backup'
import { refuse } from '../arguments.ts'
import { type Plan, plannedService } from '../plan.ts'
import { mayBeAbsent } from '../services.ts'
import { inspectSqlite } from '../sqlite_inspection.ts'
import { ADMIN_FILE, SECRETS_FILE, SHOWN_FILE } from '../start/first_run.ts'
import { OWNER_ONLY } from '../start/owner_only.ts'
import { copyMedia, mediaIn, mediaOf } from './media.ts'
import { copySnapshot, mergeSidecars } from './snapshot.ts'
import { faultsOfFile, faultsOfLedger } from './verify.ts'

/** Of a data folder; a backup has those that are there. */
export const OTHER_FILES: readonly string[] = [SECRETS_FILE, ADMIN_FILE, SHOWN_FILE]

export type SqliteBackup = {
  /** The files that a backup has. */
  readonly names: readonly string[]
  /** Resolves to the moment that the stores show. */
  copyStores(folder: string): Promise<Date>
  /** Checks the copies of the stores, and copies the files of pictures. One sentence for each fault. */
  faults(folder: string): Promise<readonly string[]>
  copyOthers(folder: string): void
  record(at: Date): void
}

/** Exits with 1 if a store is missing. */
export function sqliteBackup(plan: Plan): SqliteBackup {
  const { dataDir } = plan
  const stores = plan.services
    .filter(({ entry }) => !mayBeAbsent(dataDir, entry))
    .map(({ entry }) => ({ service: entry, file: entry.databaseFile }))
  for (const { file } of stores) {
    if (!existsSync(join(dataDir, file))) {
      refuse(`There is no ${join(dataDir, file)}. Set DATA_DIR to the data folder of the shop.`)
    }
  }
  const others = OTHER_FILES.filter((file) => existsSync(join(dataDir, file)))
  return {
    names: [...stores.map(({ file }) => file), ...others],
    copyStores: (folder) =>
      copySnapshot(stores.map(({ file }) => ({ from: join(dataDir, file), to: join(folder, file) }))),
    async faults(folder) {
      const faults: string[] = []
      for (const { service, file } of stores) {
        const copy = join(folder, file)
        mergeSidecars(copy)
        chmodSync(copy, OWNER_ONLY)
        faults.push(...faultsOfFile(copy, service))
      }
      if (faults.length > 0) return faults
      faults.push(...(await copyMedia(join(folder, PRODUCTS), mediaOf(plan), mediaIn(folder))))
      mergeSidecars(join(folder, PRODUCTS))
      if (faults.length > 0) return faults
      const products = join(folder, PRODUCTS)
      const { env, entry } = plannedService(plan, 'product_service')
      // Opening one of an older version migrates it. The backup stays of that version, which can then restore it.
      const inspection = inspectSqlite(products, entry.migrations)
      const isOlder = inspection.state === 'readable' && inspection.pending.length > 0
      const opened = isOlder ? `${products}.opened` : products
      if (isOlder) copyFileSync(products, opened)
      const unbalanced = await faultsOfLedger(opened, env)
      mergeSidecars(opened)
      if (isOlder) rmSync(opened)
      return unbalanced
    },
    copyOthers(folder) {
      for (const file of others) {
        copyFileSync(join(dataDir, file), join(folder, file))
        chmodSync(join(folder, file), OWNER_ONLY)
      }
    },
    record: (at) =>
      writeFileSync(join(dataDir, LAST_BACKUP_FILE), `${JSON.stringify({ at: at.toISOString() })}\n`),
  }
}
