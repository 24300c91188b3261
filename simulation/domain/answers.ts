/**
 * Every answer that a client got stays true.
 *
 *  3. An order that was answered exists, and its answered state is the beginning of what it is now.
 *  4. A key has one order, which is what was asked for under it, in all its answers.
 *  7. No answer goes back in time: a client that saw a version is never shown an older one by a call it makes later.
 * 10. No client is shown an order of another.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Draft, Order, RequestableStatus } from '../../order_service/src/domain/order.ts'
import type { Product } from '../../product_service/src/domain/product.ts'
import { Violation } from '../core/history.ts'
import type { DomainHistory } from './mix.ts'
import type { OrderModel } from './order_model.ts'
import type { StockOracle } from './stock_oracle.ts'

export type Reader = { readonly name: string; readonly isAdmin: boolean }

export type Answers = {
  /** An order that `reader` was shown, in answer to a call that began at `began`. */
  order(reader: Reader, order: Order, began: number): void
  placed(reader: Reader, draft: Draft, order: Order, began: number): void
  /** The caller was refused its key. */
  keyRefused(reader: Reader, draft: Draft): void
  /** Before each attempt to place an order. */
  asks(draft: Draft): void
  /** Before each request for a status; `version` is the one that it names. */
  requests(reader: Reader, id: string, to: RequestableStatus, version: number | undefined): void
  /** It was answered with this order. A change that named a version was made to that version. */
  changed(reader: Reader, order: Order, to: RequestableStatus): void
  /** It was refused for the order as it was then. `named`: a version that it was not at. */
  changeRefused(reader: Reader, current: Order, to: RequestableStatus, named: boolean): void
  product(reader: Reader, product: Product, began: number): void
  /** Ids of the orders that buyers were shown, in the order in which they first were. */
  known(): readonly string[]
  checkEnd(): void
}

type Sight = { readonly version: number; readonly at: number }
type Asked = { readonly bodies: Set<string>; orderId?: string }

export function createAnswers(
  { world, sometimes }: DomainHistory,
  { orders }: OrderModel,
  stock: StockOracle,
): Answers {
  const sights = new Map<string, Sight[]>()
  const asked = new Map<string, Asked>()
  /** The versions that were named, by client, order and status. */
  const named = new Map<string, (number | undefined)[]>()
  const known = new Set<string>()

  const seeInOrder = (reader: Reader, id: string, version: number, began: number) => {
    const key = `${reader.name} ${id}`
    const earlier = sights.get(key) ?? []
    const newer = earlier.find((sight) => sight.at <= began && sight.version > version)
    if (newer) throw new Violation(`7. ${reader.name} saw ${id} at ${newer.version}, and later at ${version}`)
    sights.set(key, [...earlier, { version, at: world.time() }])
  }

  const order: Answers['order'] = (reader, answered, began) => {
    const { id } = answered
    if (answered.userId !== reader.name && !reader.isAdmin)
      throw new Violation(`10. ${reader.name} was shown an order of ${answered.userId}`)
    known.add(id)
    checkOrder(id, answered)
    seeInOrder(reader, id, answered.version, began)
  }

  const checkOrder = (id: string, answered: Order) => {
    const stored = orders.get(id)
    if (stored === undefined) throw new Violation(`3. ${id} was answered, and does not exist`)
    const { history } = stored.order
    if (
      answered.history.length !== answered.version ||
      answered.history.at(-1)!.status !== answered.status ||
      !isDeepStrictEqual(answered.history, history.slice(0, answered.version))
    )
      throw new Violation(`3. ${id} was answered as ${answered.status}, which it never was`)
  }

  const askedOf = ({ userId, idempotencyKey }: Draft): Asked => {
    const key = `${userId} ${idempotencyKey}`
    const found = asked.get(key) ?? { bodies: new Set() }
    asked.set(key, found)
    return found
  }

  return {
    known: () => [...known],
    order,
    asks: (draft) => void askedOf(draft).bodies.add(bodyOf(draft)),
    placed(reader, draft, answered, began) {
      order(reader, answered, began)
      const under = askedOf(draft)
      if (bodyOf(draft) !== bodyOf(answered))
        throw new Violation(
          `4. ${reader.name} asked for ${bodyOf(draft)} and was answered ${bodyOf(answered)}`,
        )
      if (under.orderId !== undefined && under.orderId !== answered.id)
        throw new Violation(
          `4. ${draft.idempotencyKey} of ${reader.name} made ${under.orderId} and ${answered.id}`,
        )
      if (under.orderId === answered.id) sometimes('a replay got the same order')
      under.orderId = answered.id
    },
    keyRefused(reader, draft) {
      if (askedOf(draft).bodies.size < 2)
        throw new Violation(`4. ${reader.name} used ${draft.idempotencyKey} for one thing, and was refused`)
      sometimes('a key that was used for something else was refused')
    },
    requests({ name }, id, to, version) {
      const request = `${name} ${id} ${to}`
      named.set(request, [...(named.get(request) ?? []), version])
    },
    changed({ name }, { id, history, checkout }, to) {
      const isPaid = checkout?.payment != null
      const stored = to === 'cancelled' ? 'cancelling' : to === 'shipped' && isPaid ? 'capturing' : to
      const changedVersion = history.findIndex(({ status, by }) => status === stored && by === name)
      const versions = named.get(`${name} ${id} ${to}`)!
      if (changedVersion >= 0 && !versions.includes(undefined) && !versions.includes(changedVersion))
        throw new Violation(
          `7. ${name} named version ${versions} of ${id}, and changed version ${changedVersion}`,
        )
    },
    changeRefused({ name }, { id, status }, to, named) {
      const isSo =
        status === to ||
        (status === 'cancelling' && to === 'cancelled') ||
        (status === 'capturing' && to === 'shipped')
      if (isSo || (!named && ALLOWED[to].includes(status)))
        throw new Violation(`6. ${name} was refused to make ${id} ${to}, which is ${status}`)
    },
    product(reader, answered, began) {
      if (!isDeepStrictEqual(stock.at(answered.id, answered.version), answered))
        throw new Violation(`7. ${reader.name} was shown a state of ${answered.id} that never was`)
      seeInOrder(reader, answered.id, answered.version, began)
    },
    checkEnd() {
      for (const id of known) if (!orders.has(id)) throw new Violation(`3. ${id} was answered, and is lost`)
    },
  }
}

const ALLOWED: Readonly<Record<RequestableStatus, readonly Order['status'][]>> = {
  cancelled: ['pending', 'awaiting_payment', 'confirmed'],
  shipped: ['confirmed'],
  delivered: ['shipped'],
}

const bodyOf = ({ lines, totalMinor, checkout }: Pick<Draft, 'lines' | 'totalMinor' | 'checkout'>) =>
  `${lines
    .map(({ productId, quantity }) => `${quantity} ${productId}`)
    .sort()
    .join(', ')} for ${totalMinor}${checkout ? `, ${JSON.stringify(checkout)}` : ''}`
