/** `npm run rotate-keys`: a new signing key for auth_service, which may run meanwhile (see its rotate_keys.ts). */

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
      'Makes a new key; tokens are signed with it from now on. Those signed before stay good until they expire.',
    options: {
      withdraw: {
        type: 'boolean',
        help: 'A key has leaked: remove the older ones, so that what they signed is refused within 5 minutes.',
      },
    },
    notes: 'Uses DATA_DIR and DATABASE_URL as auth_service does.',
  },
  process.argv.slice(2),
)

try {
  const config = readEnvironment(StoresConfigSchema, process.env)
  const file = join(config.DATA_DIR, DATABASE_FILE)
  if (config.DATABASE_URL === undefined && !existsSync(file)) {
    refuse(`There is no ${file}. Set DATA_DIR to the shop's, or start the shop first.`)
  }
  const stores = await openStores(config, { runtime: systemRuntime })
  const { kid, removed } = await rotateKeys({
    keys: stores.keys,
    now: systemRuntime.now,
    withdraw: values.withdraw === true,
  })
  await stores.close()
  process.stdout.write(`Tokens are signed with the key ${kid} from now on.\n`)
  if (removed.length > 0) process.stdout.write(`Removed: ${removed.join(', ')}.\n`)
} catch (error) {
  refuse(reasonOf(error))
}
