/**
 * Making a new signing key by hand, beside the running service:
 *
 *     const config = readEnvironment(StoresConfigSchema, process.env)         // config.ts
 *     const stores = await openStores(config, { runtime: systemRuntime })  // storage/open_stores.ts
 *     const { kid, removed } = await rotateKeys({ keys: stores.keys, now: systemRuntime.now })
 *     await stores.close()
 *
 * The new key signs from the next token on, in every replica; other services fetch it when they meet its `kid`.
 * Tokens signed before stay good until they expire. With `withdraw: true`, for a key that has leaked, the older
 * keys are removed too: every access token is refused as soon as services fetch the keys again (at once here,
 * within 5 minutes elsewhere), and signed-in users go on by their refresh tokens.
 */
import { makeKeyPair } from './crypto/signing.ts'
import type { KeyStore } from './domain/ports.ts'
import { forceRotation } from './domain/signing_keys.ts'

export type RotateKeysOptions = {
  readonly keys: KeyStore
  readonly now: () => Date
  readonly withdraw?: boolean
}

/** Resolves the new key's `kid` and the kids of keys that were removed. */
export async function rotateKeys({
  keys,
  now,
  withdraw = false,
}: RotateKeysOptions): Promise<{ kid: string; removed: string[] }> {
  const before = await keys.list()
  const { kid } = await forceRotation({ keys, makeKeyPair, now }, withdraw)
  const left = new Set((await keys.list()).map((key) => key.kid))
  return { kid, removed: before.map((key) => key.kid).filter((old) => !left.has(old)) }
}
