/**
 * What an idempotency key does: the same request under it gets the first answer again, for 24 hours of the provider's clock.
 *
 * Invariants
 *  1. Of requests with one key at most one is applied.
 *  2. Other parameters under a key are refused (400), and so is a second request while the first is under way (409).
 *  3. The answer is remembered in the transaction of what it reports, errors too, unless nothing was begun.
 */
import { ApiError } from './api_errors.ts'
import type { Bank } from './bank.ts'

export const REMEMBERED_SECONDS = 24 * 60 * 60

export type Answer = { readonly status: number; readonly body: string; readonly replayed?: boolean }

export function createIdempotency(bank: Bank) {
  const underWay = new Set<string>()
  const { objects, now } = bank
  return {
    /** The answer of before; undefined if there is none. The caller calls `end` when it has answered. */
    begin(key: string, fingerprint: string): Answer | undefined {
      if (underWay.has(key))
        throw new ApiError(
          409,
          'idempotency_error',
          `There is currently another in-progress request using the idempotency key ${key}.`,
          { code: 'idempotency_key_in_use' },
        )
      const known = objects.recalled(key)
      if (known && known.at > now() - REMEMBERED_SECONDS) {
        if (known.fingerprint !== fingerprint)
          throw new ApiError(
            400,
            'idempotency_error',
            `Keys for idempotent requests can only be used with the same parameters they were first used with: ${key}.`,
          )
        return { status: known.status, body: known.body, replayed: true }
      }
      underWay.add(key)
      return undefined
    },
    end: (key: string) => void underWay.delete(key),
    remember(key: string, fingerprint: string, { status, body }: Answer) {
      objects.forgetBefore(now() - REMEMBERED_SECONDS)
      objects.remember(key, { fingerprint, status, body, at: now() })
    },
  }
}
