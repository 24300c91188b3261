/**
 * A line in front of a service.
 *
 * Promises
 *  1. At most `atOnce` calls are under way, at most `waitingMax` wait, first come, first served. One more is refused at
 *     once, and who leaves while waiting takes no place. So memory stays bounded, and nobody waits behind more than that
 *     many, however many ask.
 *  2. Nobody takes the last places from others: whoever has some gets another one only while it has less than
 *     `shareOfFree` of the places that are free; one more is refused at once. Whoever has none gets one if there is one.
 */
import { Problem } from '@shop/service_kit/runtime/problem'
import { createSlots } from '@shop/service_kit/runtime/slots'

export type LineLimits = {
  readonly atOnce: number
  readonly waitingMax: number
  readonly shareOfFree: number
}

export type Line = {
  /**
   * Resolves when it is this caller's turn, with what gives the place back. Fails with `overloaded` when there is no
   * place, or none for `who`, or with the reason of `signal` when that ends first.
   */
  enter(who: string, signal: AbortSignal): Promise<() => void>
  /** How many wait for their turn. */
  waiting(): number
}

export function createLine(service: string, { atOnce, waitingMax, shareOfFree }: LineLimits): Line {
  const placesMax = atOnce + waitingMax
  const places = createSlots(placesMax)
  const waiting: (() => void)[] = []
  let underWay = 0

  const takePlace = (who: string) => {
    const free = placesMax - places.taken()
    const taken = places.take({ key: who, max: Math.max(1, Math.ceil(free * shareOfFree)) })
    if (typeof taken === 'function') return taken
    throw new Problem(
      'overloaded',
      `Too many requests${taken === who ? ' from your address' : ''} wait for ${service}; nothing was done.`,
    )
  }

  /** What ends the turn. */
  const turn = (giveBack: () => void) => {
    let over = false
    return () => {
      if (over) return
      over = true
      giveBack()
      const next = waiting.shift()
      // The turn passes straight to the next in line, so that nobody slips in between.
      if (next) next()
      else underWay -= 1
    }
  }

  return {
    async enter(who, signal) {
      signal.throwIfAborted()
      const giveBack = takePlace(who)
      if (underWay < atOnce) {
        underWay += 1
        return turn(giveBack)
      }
      return new Promise((resolve, reject) => {
        const enter = () => {
          signal.removeEventListener('abort', leave)
          resolve(turn(giveBack))
        }
        const leave = () => {
          waiting.splice(waiting.indexOf(enter), 1)
          giveBack()
          reject(signal.reason)
        }
        waiting.push(enter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    waiting: () => waiting.length,
  }
}
