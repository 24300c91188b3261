/** Verifies access tokens by what auth_service publishes: its keys, and the list of withdrawn tokens. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { VerifyToken } from './access.ts'
import type { PublishedRuntime } from './published.ts'
import { fetchRemoteKeys } from './remote_keys.ts'
import { createTokenVerifier } from './tokens.ts'
import { fetchWithdrawnTokens, WITHDRAWN_PATH } from './withdrawn_tokens.ts'

export const KEYS_PATH = '/.well-known/jwks.json'

export type AuthServiceOptions = {
  /** Of its replicas, or of their load balancer. */
  readonly origins: readonly string[]
  readonly runtime: PublishedRuntime
  readonly logger: Logger
  /** Where the documents are saved for the next start, in files of that prefix. */
  readonly cache?: { readonly folder: string; readonly prefix: string }
}

export function followAuthService({ origins, runtime, logger, cache }: AuthServiceOptions): {
  readonly verifyToken: VerifyToken
  stop(): void
} {
  const at = (path: string) => origins.map((origin) => origin.replace(/\/$/, '') + path)
  const fileOf = (what: string) =>
    cache === undefined ? {} : { cacheFile: join(cache.folder, `${cache.prefix}.${what}.json`) }
  const keys = fetchRemoteKeys(at(KEYS_PATH), runtime, {
    ...fileOf('jwks'),
    onFailure: (err) => logger.warn({ err }, 'the keys of auth_service could not be fetched'),
  })
  const withdrawn = fetchWithdrawnTokens(at(WITHDRAWN_PATH), runtime, {
    ...fileOf('withdrawn'),
    onFailure: (err) =>
      logger.warn({ err }, 'the list of withdrawn tokens could not be fetched; the last one is used'),
  })
  return {
    verifyToken: createTokenVerifier(keys, runtime.now, withdrawn.isWithdrawn),
    stop() {
      keys.stop()
      withdrawn.stop()
    },
  }
}
