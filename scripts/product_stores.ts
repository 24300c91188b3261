/** The stores of product_service, for scripts that change them; the service may be running. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigSchema } from '@shop/product_service/config'
import type { Stores } from '@shop/product_service/domain/ports'
import { MediaConfig } from '@shop/product_service/storage/open_media_files'
import { DATABASE_FILE, openStores } from '@shop/product_service/storage/open_stores'
import { readEnvironment } from '@shop/service_kit/runtime/config'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { refuse } from './arguments.ts'

const { DATA_DIR, DATABASE_URL, CURRENCY, CURRENCY_DIGITS } = ConfigSchema.properties
const StoresConfigSchema = Type.Object({ DATA_DIR, DATABASE_URL, CURRENCY, CURRENCY_DIGITS, ...MediaConfig })

type Config = Readonly<Static<typeof StoresConfigSchema>>

/** Opens the stores that the environment names, runs `work` and closes them. Exits with 1 if it fails, and if there are none. */
export async function withProductStores(
  work: (stores: Stores, config: Config) => Promise<void>,
): Promise<void> {
  try {
    const config = readEnvironment(StoresConfigSchema, process.env)
    const { DATABASE_URL: url, DATA_DIR } = config
    const file = url?.startsWith('sqlite:') ? url.slice('sqlite:'.length) : join(DATA_DIR, DATABASE_FILE)
    if (!url?.startsWith('mongodb') && !existsSync(file)) {
      refuse(`There is no ${file}. Set DATA_DIR to the data folder of the shop, or start the shop first.`)
    }
    const stores = await openStores(config, { runtime: systemRuntime })
    try {
      await work(stores, config)
    } finally {
      await stores.close()
    }
  } catch (error) {
    refuse(reasonOf(error))
  }
}
