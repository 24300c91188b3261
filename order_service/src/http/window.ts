/** Counts what each client and all together do within a time, in this process. */
import { DomainError } from '../domain/errors.ts'

/** Clients remembered; one that is forgotten begins anew, and `max` holds for all. */
const CLIENTS_MAX = 10_000

export type WindowLimits = { readonly windowMs: number; readonly ofOneMax: number; readonly max: number }

/** Returns a function that counts one, or fails with `too_many_withdrawals`. */
export function createWindow(
  { monotonic }: { readonly monotonic: () => number },
  { windowMs, ofOneMax, max }: WindowLimits,
): (client: string) => void {
  let began = Number.NEGATIVE_INFINITY
  let all = 0
  const clients = new Map<string, number>()
  return (client) => {
    const now = monotonic()
    if (now - began >= windowMs) {
      began = now
      all = 0
      clients.clear()
    }
    const ofOne = clients.get(client) ?? 0
    if (ofOne >= ofOneMax || all >= max) {
      const retryAfterSeconds = Math.ceil((began + windowMs - now) / 1_000)
      throw new DomainError('too_many_withdrawals', 'Too many statements came from here; try again later.', {
        retryAfterSeconds,
      })
    }
    all += 1
    if (clients.size < CLIENTS_MAX || clients.has(client)) clients.set(client, ofOne + 1)
  }
}
