/**
 * What clients were answered, compared with the stores at once and again at the end.
 *
 *  3. An order that was answered is in the store, and what was said of it is in its history.
 *  4. All answers to one key name one order; another request under it is refused. A request without a key makes one order at
 *     most.
 *  7. A read is not older than the store was when it was asked.
 * 10. No client sees an order of another.
 * N1, N2. An order has one number for ever, and no other order has it (order_service/src/domain/order_numbers.ts).
 */
import { Violation } from '../core/history.ts'
import type { BookCheck } from './books.ts'

/** What a client was shown of an order. */
export type SeenOrder = {
  readonly id: string
  readonly user_id: string
  /** Absent while the order is one of the release before. */
  readonly number?: number | undefined
  readonly status: string
  readonly version: number
  readonly total_price: string
  readonly lines: readonly { readonly product_id: string; readonly quantity: number }[]
}

export type Witness = {
  /** To be called before a read; its result checks the version of the answer. */
  readOfOrder(id: string): (seen: SeenOrder) => void
  readOfProduct(id: string): (seen: { readonly version: number }) => void
  /** An answer to a request of `userId` under `key`. */
  sawOrder(userId: string, key: string | undefined, seen: SeenOrder): void
  /** A request that is not the first one under this key, and asks for something else, was answered with an order. */
  sawOtherUnderKey(key: string): void
  /** A request to make an order under no key. */
  ordersWithoutKey(userId: string): void
  /** Every answer, against the stores as they are now. */
  checkAll(): void
}

const broken = (sentence: string): never => {
  throw new Violation(sentence)
}

export function createWitness(books: BookCheck): Witness {
  const seenOrders: {
    readonly key: string | undefined
    readonly userId: string
    readonly seen: SeenOrder
  }[] = []
  const byKey = new Map<string, string>()
  const sentWithoutKey = new Map<string, number>()
  const numberOf = new Map<string, number>()
  const byNumber = new Map<number, string>()

  const checkNumber = ({ id, number }: SeenOrder) => {
    if (number === undefined) return
    const [before, other] = [numberOf.get(id) ?? number, byNumber.get(number) ?? id]
    if (before !== number) broken(`N1: order ${id} was shown as #${before} and as #${number}`)
    if (other !== id) broken(`N2: orders ${other} and ${id} were shown as #${number}`)
    numberOf.set(id, number)
    byNumber.set(number, id)
  }

  const check = (userId: string, key: string | undefined, seen: SeenOrder) => {
    const { id, user_id, status, version, lines, total_price } = seen
    const order = books.order(id)
    if (!order) return broken(`3: order ${id} was answered as ${status} and is not in the store`)
    if (order.history[version - 1] !== status)
      broken(
        `3: order ${id} was answered as ${status} at version ${version}, its history is ${order.history}`,
      )
    const shown = lines.map(({ product_id, quantity }) => `${quantity} x ${product_id}`).join()
    const stored = order.lines.map(({ productId, quantity }) => `${quantity} x ${productId}`).join()
    if (shown !== stored || total_price !== (order.totalMinor / 100).toFixed(2))
      broken(
        `9: order ${id} was shown as ${shown} for ${total_price}, it is ${stored} for ${order.totalMinor}`,
      )
    if (user_id !== userId || order.userId !== userId)
      broken(`10: user ${userId} was shown order ${id} of ${order.userId}`)
    checkNumber(seen)
    if (key !== undefined && order.key !== key)
      broken(`4: order ${id} was answered to key ${key} and was made with ${order.key}`)
  }

  return {
    readOfOrder(id) {
      const least = books.order(id)?.version ?? 0
      return ({ version }) => {
        if (version < least)
          broken(`7: order ${id} was read at version ${version} after it had version ${least}`)
      }
    },
    readOfProduct(id) {
      const least = books.productVersion(id)
      return ({ version }) => {
        if (version < least)
          broken(`7: product ${id} was read at version ${version} after it had version ${least}`)
      }
    },
    sawOrder(userId, key, seen) {
      books.check()
      check(userId, key, seen)
      if (key !== undefined) {
        const name = `${userId} ${key}`
        const known = byKey.get(name) ?? seen.id
        if (known !== seen.id) broken(`4: key ${key} was answered with order ${known} and with ${seen.id}`)
        byKey.set(name, known)
      }
      seenOrders.push({ key, userId, seen })
    },
    sawOtherUnderKey: (key) => broken(`4: another request under key ${key} was not refused`),
    ordersWithoutKey: (userId) => void sentWithoutKey.set(userId, (sentWithoutKey.get(userId) ?? 0) + 1),
    checkAll() {
      for (const [userId, sent] of sentWithoutKey) {
        const made = books.orders().filter((order) => order.userId === userId && order.key === null).length
        if (made > sent) broken(`4: ${sent} requests of user ${userId} without a key made ${made} orders`)
      }
      for (const { userId, key, seen } of seenOrders) check(userId, key, seen)
    },
  }
}
