/** Walks all products for old movements, the same for every store. */
import { Unreadable } from '@shop/service_kit/storage/unreadable'
import { runsToCompact } from '../domain/compaction.ts'
import type { Retained } from '../domain/ports.ts'
import type { Movement } from '../domain/product.ts'

/** Products looked at in one call, if none has old movements. */
export const PRODUCTS_AT_ONCE = 50

export type MovementReads<Item extends Movement> = {
  /** The first id after `id`. */
  productAfter(id: string): Promise<string | undefined>
  /** Movements of the product with greater versions, oldest first. */
  movementsAfter(productId: string, version: number, limit: number): Promise<readonly Item[]>
  /** Those of the orders whose reservation is held. */
  holding(orderIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Replaces the run by its opening balance if both are as they were read. Resolves how many were removed. */
  compact(run: readonly Item[]): Promise<number>
}

/** Those before the first one that cannot be read, which `read` reports: neither it nor what follows it is compacted. */
export function untilUnreadable<Row, Item>(rows: readonly Row[], read: (row: Row) => Item): Item[] {
  const items: Item[] = []
  try {
    for (const row of rows) items.push(read(row))
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
  }
  return items
}

/** Items of one call are one run. A position is the id of a product, and a version if the product is not done. */
export function createOldMovements<Item extends Movement>({
  productAfter,
  movementsAfter,
  holding,
  compact,
}: MovementReads<Item>): Retained<Item> {
  /** The first run after `version`, and the version after which to continue; undefined if the product is done. */
  const firstRun = async (productId: string, version: number, before: string, limit: number) => {
    const [, second] = await movementsAfter(productId, version, 2)
    if (second === undefined || second.at >= before) return { run: [], next: undefined }
    const movements = await movementsAfter(productId, version, limit)
    const sold = movements.flatMap(({ at, orderId }) => (orderId === null || at >= before ? [] : [orderId]))
    const holds = await holding(sold)
    const [run = []] = runsToCompact(movements, before, (orderId) => holds.has(orderId))
    const last = run.at(-1) ?? movements.at(-1)!
    const done = run.length === 0 && (movements.length < limit || last.at >= before)
    // So that the next run begins with what is left of this one.
    return { run, next: done ? undefined : last.version - 1 }
  }

  return {
    kind: 'movement',
    async due(before, after = '', limit) {
      let [productId, version] = positionOf(after)
      for (let looked = 0; looked < PRODUCTS_AT_ONCE; looked++) {
        if (version === undefined) {
          const following = await productAfter(productId)
          if (following === undefined) return { items: [], next: undefined }
          productId = following
        }
        const { run, next } = await firstRun(productId, version ?? 0, before, Math.max(limit, 2))
        const position = next === undefined ? productId : `${productId} ${next}`
        if (run.length > 0) return { items: run, next: position }
        version = next
      }
      return { items: [], next: version === undefined ? productId : `${productId} ${version}` }
    },
    remove: (run) => (run.length === 0 ? Promise.resolve(0) : compact(run)),
  }
}

function positionOf(after: string): [string, number | undefined] {
  const [productId = '', version] = after.split(' ')
  return [productId, version === undefined ? undefined : Number(version)]
}
