/** `npm run rotate-keys`: creates a new signing key. auth_service may be running (see rotate_keys.ts of that service). */
import { rotateKeys } from '@shop/auth_service/rotate_keys'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { readArguments } from './arguments.ts'
import { withAuthStores } from './auth_stores.ts'

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

await withAuthStores(async ({ keys }) => {
  const { kid, removed } = await rotateKeys({
    keys,
    now: systemRuntime.now,
    withdraw: values.withdraw === true,
  })
  process.stdout.write(`From now on tokens are signed with the key ${kid}.\n`)
  if (removed.length > 0) process.stdout.write(`Removed keys: ${removed.join(', ')}.\n`)
})
