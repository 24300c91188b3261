/**
 * Makes a new signing key by hand, while the service runs:
 *
 *     const config = readEnvironment(StoresConfigSchema, process.env)         // config.ts
 *     const stores = await openStores(config, { runtime: systemRuntime })  // storage/open_stores.ts
 *     const { kid, removed } = await rotateKeys({ keys: stores.keys, now: systemRuntime.now })
 *     await stores.close()
 *
 * The new key signs from the next token on, in every replica. Other services fetch it when they meet its `kid`. Tokens
 * signed before stay valid until they expire. With `withdraw: true`, for a leaked key, the older keys are removed too:
 * this service refuses their tokens at once, other services within 5 minutes. Sessions continue with their refresh
 * tokens.
 */
import { makeKeyPair } from './crypto/signing.ts'
import type { KeyStore } from './domain/key_ports.ts'
import { forceRotation } from './domain/signing_keys.ts'

export type RotateKeysOptions = {
  readonly keys: KeyStore
  readonly now: () => Date
  readonly withdraw?: boolean
}

/** Resolves the new key's `kid` and those of the removed keys. */
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
