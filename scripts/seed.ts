/** `npm run seed`: fills the catalogue through the store of product_service, running or not. */
import { randomUUIDv7 } from 'node:crypto'
import { readConfig as readProductConfig } from '@shop/product_service/config'
import { OPERATOR } from '@shop/product_service/domain/audit'
import type { Stores } from '@shop/product_service/domain/ports'
import { openStores } from '@shop/product_service/storage/open_stores'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { numberOption, readArguments, refuse } from './arguments.ts'
import { PLACEHOLDER_SECRETS, plannedService, planShop } from './plan.ts'
import { createProgress } from './seed/progress.ts'
import { addSampleCategories } from './seed/sample_categories.ts'
import { sampleProducts } from './seed/sample_products.ts'
import { configFaults, folderFault, sharedFileFault, storeFault } from './start/preflight.ts'

const PRODUCTS_MAX = 5_000_000
const SEED_MAX = 2 ** 32 - 1
/** Products in one transaction: large enough to be fast, small enough that a running shop does not wait. */
const BATCH = 500
/** The author of these movements in the ledger. */
const AUTHOR = 'seed'

const { values } = readArguments(
  {
    name: 'npm run seed',
    summary:
      'Adds made-up products, in categories, to the catalogue. The same --seed gives the same products.',
    options: {
      products: { type: 'string', help: `How many, 1 to ${PRODUCTS_MAX} (default 1000).` },
      seed: { type: 'string', help: 'A whole number (default 1).' },
    },
    notes: 'Run it with the environment of the shop (DATA_DIR, DATABASE_URL, CURRENCY).',
  },
  process.argv.slice(2),
)
const total = numberOption(values, 'products', 1_000, 1, PRODUCTS_MAX)
const seed = numberOption(values, 'seed', 1, 0, SEED_MAX)

const plan = planShop(process.env, PLACEHOLDER_SECRETS)
const product = plannedService(plan, 'product_service')
const faults = [
  ...plan.first.faults,
  folderFault(plan.dataDir),
  storeFault(plan.dataDir, plan.databaseUrl),
  sharedFileFault(plan.databaseUrl),
  ...(await configFaults([product], false)),
].filter((fault) => fault !== undefined)
if (faults.length > 0) refuse(...faults)

const stores = await openOrRefuse()
const progress = createProgress(process.stdout, total, 'products')
let done = 0
try {
  const stamp = { by: OPERATOR, at: new Date().toISOString() }
  const next = sampleProducts(seed, await addSampleCategories(stores, randomUUIDv7, stamp))
  while (done < total) {
    const count = Math.min(BATCH, total - done)
    const drafts = Array.from({ length: count }, () => ({ id: randomUUIDv7(), fields: next() }))
    await stores.catalogue.importProducts(drafts, { by: AUTHOR, at: new Date().toISOString() })
    done += count
    progress.at(done)
  }
  await stores.close()
} catch (error) {
  refuse(`Stopped after ${done} products: ${reasonOf(error)}`)
}

async function openOrRefuse(): Promise<Stores> {
  try {
    return await openStores(readProductConfig(product.env), { runtime: systemRuntime })
  } catch (error) {
    refuse(reasonOf(error))
  }
}
