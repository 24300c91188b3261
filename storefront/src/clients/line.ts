/**
 * The line in front of a service: at most `atOnce` calls are under way, at most `waitingMax` wait, first come, first
 * served. One more is refused at once, and who leaves while waiting takes no place. So memory stays bounded, and
 * nobody waits behind more than that many, however many ask.
 */
import { Problem } from '@shop/service_kit/problem'

export type LineLimits = { readonly atOnce: number; readonly waitingMax: number }

export type Line = {
  /**
   * Resolves when it is this caller's turn, with what gives the place back. Fails with `overloaded` when too many
   * wait, or with the reason of `signal` when that ends first.
   */
  enter(signal: AbortSignal): Promise<() => void>
}

export function createLine(service: string, { atOnce, waitingMax }: LineLimits): Line {
  const waiting: (() => void)[] = []
  let underWay = 0

  const placeTaken = () => {
    let left = false
    return () => {
      if (left) return
      left = true
      const next = waiting.shift()
      // The place passes straight to the next in line, so that nobody slips in between.
      if (next) next()
      else underWay -= 1
    }
  }

  return {
    async enter(signal) {
      signal.throwIfAborted()
      if (underWay < atOnce) {
        underWay += 1
        return placeTaken()
      }
      if (waiting.length >= waitingMax) {
        throw new Problem('overloaded', `Too many requests wait for ${service}; nothing was done.`)
      }
      return new Promise((resolve, reject) => {
        const enter = () => {
          signal.removeEventListener('abort', leave)
          resolve(placeTaken())
        }
        const leave = () => {
          waiting.splice(waiting.indexOf(enter), 1)
          reject(signal.reason)
        }
        waiting.push(enter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
