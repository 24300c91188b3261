/**
 * Limits how many calls to a service are in flight, and how many wait for their turn.
 *
 * Invariants
 *  1. At most `inFlightMax` calls are in flight and at most `waitingMax` wait, first come, first served. Further calls
 *     are rejected at once. A caller that aborts while it waits frees its slot.
 *  2. A caller that holds slots gets one more only while it has fewer than `shareOfFree` of the free slots. A caller
 *     that holds none gets one while any is free.
 */
import { Problem } from '@shop/service_kit/runtime/problem'
import { createSlots } from '@shop/service_kit/runtime/slots'

export type FairLimits = {
  readonly inFlightMax: number
  readonly waitingMax: number
  readonly shareOfFree: number
}

export type FairLimiter = {
  /**
   * Resolves when it is the caller's turn, with the function that ends it. Rejects with `overloaded` when no slot is
   * free, or none for this caller, and with the reason of `signal` when that aborts first.
   */
  acquire(caller: string, signal: AbortSignal): Promise<() => void>
  /** Number of calls that wait for their turn. */
  waiting(): number
}

export function createFairLimiter(
  service: string,
  { inFlightMax, waitingMax, shareOfFree }: FairLimits,
): FairLimiter {
  const slotsMax = inFlightMax + waitingMax
  const slots = createSlots(slotsMax)
  const waiting: (() => void)[] = []
  let inFlight = 0

  const takeSlot = (caller: string) => {
    const free = slotsMax - slots.taken()
    const taken = slots.take({ key: caller, max: Math.max(1, Math.ceil(free * shareOfFree)) })
    if (typeof taken === 'function') return taken
    throw new Problem(
      'overloaded',
      `Too many requests${taken === caller ? ' from your address' : ''} wait for ${service}; nothing was done.`,
    )
  }

  const releaseOnce = (freeSlot: () => void) => {
    let released = false
    return () => {
      if (released) return
      released = true
      freeSlot()
      const next = waiting.shift()
      // The turn goes directly to the next in the queue, so that no new call gets in between.
      if (next) next()
      else inFlight -= 1
    }
  }

  return {
    async acquire(caller, signal) {
      signal.throwIfAborted()
      const freeSlot = takeSlot(caller)
      if (inFlight < inFlightMax) {
        inFlight += 1
        return releaseOnce(freeSlot)
      }
      return new Promise((resolve, reject) => {
        const start = () => {
          signal.removeEventListener('abort', giveUp)
          resolve(releaseOnce(freeSlot))
        }
        const giveUp = () => {
          waiting.splice(waiting.indexOf(start), 1)
          freeSlot()
          reject(signal.reason)
        }
        waiting.push(start)
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
    waiting: () => waiting.length,
  }
}
