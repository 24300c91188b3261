/** Runs the mix with a number of clients that wait for each answer, and measures each kind of transaction. */
import type { Chance } from '../../tests/system/until.ts'
import { createClient, type Market } from './client.ts'
import { createDeck, type Distribution, KINDS, type Kind } from './mix.ts'
import { TRANSACTIONS } from './transactions.ts'

export type KindFigures = {
  /** Transactions that did what they are for. */
  readonly done: number
  readonly others: number
  /** Of all of them, sorted. */
  readonly latenciesMs: readonly number[]
}

export type MixFigures = {
  readonly seconds: number
  readonly byKind: Readonly<Record<Kind, KindFigures>>
  /** CPU seconds of this process, which sends the load. */
  readonly ownCpuSeconds: number
  /** Requests that were sent more than once. */
  readonly repeated: number
}

export type Mix = {
  readonly clients: number
  readonly choose: Distribution
  readonly chance: Chance
  /** By default the kinds in their shares. */
  readonly deal?: () => Kind
  /** Says when to stop; each client finishes its transaction. */
  readonly isOver: () => boolean
}

export async function runMix(market: Market, mix: Mix): Promise<MixFigures> {
  const { chance, deal = createDeck(chance), choose, isOver } = mix
  const latencies = Object.fromEntries(KINDS.map((kind) => [kind, [] as number[]])) as Record<Kind, number[]>
  const done = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>
  const clients = Array.from({ length: mix.clients }, () => createClient(market, chance.fork(), choose))
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(
    clients.map(async (client) => {
      while (!isOver()) {
        const kind = deal()
        const begun = performance.now()
        const isDone = await TRANSACTIONS[kind](client)
        latencies[kind].push(performance.now() - begun)
        if (isDone) done[kind]++
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  for (const client of clients) client.close()
  const figures = (kind: Kind): KindFigures => ({
    done: done[kind],
    others: latencies[kind].length - done[kind],
    latenciesMs: latencies[kind].toSorted((a, b) => a - b),
  })
  return {
    seconds,
    byKind: Object.fromEntries(KINDS.map((kind) => [kind, figures(kind)])) as Record<Kind, KindFigures>,
    ownCpuSeconds: (user + system) / 1e6,
    repeated: clients.reduce((sum, { products, orders }) => sum + products.repeated() + orders.repeated(), 0),
  }
}

/** Of sorted values; NaN if there are none. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
