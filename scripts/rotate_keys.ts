/** `npm run rotate-keys`: creates a new signing key. auth_service may be running (see rotate_keys.ts of that service). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoresConfigSchema } from '@shop/auth_service/config'
import { rotateKeys } from '@shop/auth_service/rotate_keys'
import { DATABASE_FILE, openStores } from '@shop/auth_service/storage/open_stores'
import { readEnvironment } from '@shop/service_kit/runtime/config'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments, refuse } from './arguments.ts'

const { values } = readArguments(
  {
    name: 'npm run rotate-keys',
    summary:
      'Creates a new key, which signs tokens from now on. Tokens signed before remain valid until they expire.',
    options: {
      withdraw: {
        type: 'boolean',
        help: 'After a leak: remove the older keys; the tokens they signed are refused within 5 minutes.',
      },
    },
    notes: 'Run it with the environment of auth_service (DATA_DIR, DATABASE_URL).',
  },
  process.argv.slice(2),
)

try {
  const config = readEnvironment(StoresConfigSchema, process.env)
  const file = join(config.DATA_DIR, DATABASE_FILE)
  if (config.DATABASE_URL === undefined && !existsSync(file)) {
    refuse(`There is no ${file}. Set DATA_DIR to the data folder of the shop, or start the shop first.`)
  }
  const stores = await openStores(config, { runtime: systemRuntime })
  const { kid, removed } = await rotateKeys({
    keys: stores.keys,
    now: systemRuntime.now,
    withdraw: values.withdraw === true,
  })
  await stores.close()
  process.stdout.write(`From now on tokens are signed with the key ${kid}.\n`)
  if (removed.length > 0) process.stdout.write(`Removed keys: ${removed.join(', ')}.\n`)
} catch (error) {
  refuse(reasonOf(error))
}
