/** Commands of a process that are not answered yet. One timer serves all, because nearly all are answered before it. */

import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { MongoNetworkTimeoutError } from 'mongodb'

type Waiting = { readonly address: string; readonly until: number; readonly reject: (error: Error) => void }

export type UnderWay = {
  /** As `work`, unless `fail` is called before or `timeoutMs` (0: never) are over. */
  settle<T>(address: string, timeoutMs: number, work: () => Promise<T>): Promise<T>
  fail(address: string, error: Error): void
}

export function createUnderWay({ after, monotonic }: Pick<Runtime, 'after' | 'monotonic'>): UnderWay {
  const all = new Set<Waiting>()
  let isTimed = false

  const time = () => {
    const next = Math.min(...[...all].map(({ until }) => until))
    isTimed = Number.isFinite(next)
    if (isTimed) after(next - monotonic(), expire)
  }
  const expire = () => {
    const now = monotonic()
    for (const each of all) {
      if (each.until > now) continue
      all.delete(each)
      each.reject(new MongoNetworkTimeoutError(`connection 1 to ${each.address} timed out`))
    }
    time()
  }

  return {
    settle: (address, timeoutMs, work) =>
      new Promise((resolve, reject) => {
        const until = timeoutMs > 0 ? monotonic() + timeoutMs : Number.POSITIVE_INFINITY
        const waiting = { address, until, reject }
        all.add(waiting)
        if (!isTimed) time()
        work()
          .then(resolve, reject)
          .finally(() => all.delete(waiting))
      }),
    fail(address, error) {
      for (const each of all) {
        if (each.address !== address) continue
        all.delete(each)
        each.reject(error)
      }
    },
  }
}
