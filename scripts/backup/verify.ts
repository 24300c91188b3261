/** Checks of a copied store: is it intact, and does its ledger balance (invariant 2)? */
import { readConfig as readProductConfig } from '@shop/product_service/config'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { ServiceEntry } from '../services.ts'
import { inspectSqlite } from '../sqlite_inspection.ts'

const PRODUCTS_AT_ONCE = 1_000

/** One sentence for each fault of the file. */
export function faultsOfFile(path: string, { migrations }: Pick<ServiceEntry, 'migrations'>): string[] {
  const inspection = inspectSqlite(path, migrations)
  if (inspection.state === 'absent') return [`${path} is missing`]
  if (inspection.state === 'unreadable') return [`${path} cannot be read: ${inspection.reason}`]
  if (inspection.madeAt === undefined) return [`${path} is empty: no store was ever made in it`]
  return [
    ...inspection.damages.map((damage) => `${path}: ${damage}`),
    ...inspection.unknown.map((name) => `${path} was made by a newer version: it has ${name}`),
  ]
}

/** Compares every product's stock with its ledger. */
export async function faultsOfLedger(path: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const stores = await openStores(
    {
      ...readProductConfig(env),
      DATABASE_URL: `sqlite:${path}`,
      existing: true,
    },
    { runtime: systemRuntime },
  )
  try {
    const faults: string[] = []
    let after: string | undefined
    do {
      const page = await stores.audit.ledgerMismatches(after, PRODUCTS_AT_ONCE)
      faults.push(
        ...page.mismatches.map((mismatch) => `the ledger does not balance: ${JSON.stringify(mismatch)}`),
      )
      after = page.next
    } while (after !== undefined)
    return faults
  } finally {
    await stores.close()
  }
}
