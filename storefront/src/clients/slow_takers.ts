/**
 * Visitors who do not take their answers. The service has said what it had to say, or would; what keeps the place of
 * the call is the visitor alone, and a few addresses with a few hundred connections could keep all of a line.
 *
 * Promises
 *  1. While somebody waits in the line, an answer that began `takeMs` ago and of which nothing was taken between two
 *     looks is cut: the oldest first, and no more of them than wait.
 *  2. While nobody waits, nobody is cut; nor is ever who takes what there is, or waits for the service to go on.
 */
import type { Readable } from 'node:stream'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Line } from './line.ts'

const LOOK_MS = 250

export type SlowTakers = {
  /** From when the answer begins; it is forgotten when its body closes. */
  takes(body: Readable): void
  close(): void
}

/** What lies ready for a visitor, as it was when it was looked at. */
type Taking = { readonly since: number; ready: number }

export function createSlowTakers(
  line: Line,
  { monotonic, every }: Pick<Runtime, 'monotonic' | 'every'>,
  takeMs: number,
): SlowTakers {
  /** In the order of their beginning. */
  const taking = new Map<Readable, Taking>()

  const look = () => {
    let wanted = line.waiting()
    const before = monotonic() - takeMs
    for (const [body, each] of taking) {
      const isStuck = body.readableLength > 0 && body.readableLength === each.ready
      each.ready = body.readableLength
      if (wanted === 0 || !isStuck || each.since > before) continue
      wanted -= 1
      body.destroy(new Problem('overloaded', 'The answer was taken too slowly while others waited.'))
    }
  }
  const stopLooking = every(LOOK_MS, look, { background: true })

  return {
    takes(body) {
      taking.set(body, { since: monotonic(), ready: 0 })
      body.once('close', () => taking.delete(body))
    },
    close: stopLooking,
  }
}
