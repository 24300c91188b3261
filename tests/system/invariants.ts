/**
 * The invariants of the README, by number, checked against the stores themselves.
 *
 * `faultsOf` checks the stores alone; `brokenPromises` compares them with the answers that buyers saw. Both return
 * sentences with the invariant's number, so that a failing test names the broken invariant and the record.
 */

export type LineRecord = {
  readonly productId: string
  readonly quantity: number
  /** Unknown (null) until the stock is held. */
  readonly unitPriceMinor: number | null
}
export type ProductRecord = {
  readonly id: string
  readonly stock: number
  readonly reserved: number
  readonly version: number
  /** The version made by the last change of name, description or price; 1 when it was never edited. */
  readonly editVersion: number
  readonly priceMinor: number
}
/** In the order of their versions, product by product. */
export type MovementRecord = {
  readonly productId: string
  /** The product's version that this movement made. */
  readonly version: number
  readonly delta: number
  readonly stockAfter: number
  readonly orderId: string | null
  /** It replaces older movements, which were archived. */
  readonly opening?: boolean
}
export type ReservationRecord = {
  readonly orderId: string
  readonly status: string
  readonly lines: readonly LineRecord[]
}
export type OrderRecord = {
  readonly id: string
  readonly userId: string
  readonly key: string | null
  readonly status: string
  readonly version: number
  readonly totalMinor: number
  readonly lines: readonly LineRecord[]
  /** Its statuses, in the order they were written. */
  readonly history: readonly string[]
}

/** The stores of both services at one moment when nothing is under way. */
export type StoreRecords = {
  readonly products: readonly ProductRecord[]
  readonly movements: readonly MovementRecord[]
  readonly reservations: readonly ReservationRecord[]
  readonly orders: readonly OrderRecord[]
}

const HOLDING = ['held', 'shipped']
const SENT = ['shipped', 'delivered']
const BOUGHT = ['confirmed', ...SENT]
const ENDED_EMPTY = ['rejected', 'cancelled']

/** Every sentence is a broken invariant; none means that the stores are consistent. Orders must have settled. */
export function faultsOf(records: StoreRecords): string[] {
  const { products, movements, reservations, orders } = records
  const movementsOf = Map.groupBy(movements, ({ productId }) => productId)
  const shipped = reservations.filter(({ status }) => status === 'shipped')
  const shipments = sums(
    shipped.flatMap(({ lines }) =>
      [...new Set(lines.map(({ productId }) => productId))].map((id) => [id, 1] as const),
    ),
  )
  const reservationOf = new Map(reservations.map((reservation) => [reservation.orderId, reservation]))
  return [
    ...stockFaults(records),
    ...products.flatMap((product) =>
      ledgerFaults(product, movementsOf.get(product.id) ?? [], shipments.get(product.id) ?? 0),
    ),
    ...reservationFaults(records),
    ...keyFaults(records),
    ...orphanFaults(records),
    ...orders.flatMap((order) => orderFaults(order, reservationOf.get(order.id))),
  ]
}

/** Whether each order has settled (invariant 5), and product_service has heard of each shipment. */
export function haveSettled({ orders, reservations }: StoreRecords): boolean {
  const held = new Set(reservations.filter(({ status }) => status === 'held').map(({ orderId }) => orderId))
  return orders.every(
    ({ id, status }) =>
      status === 'confirmed' || ENDED_EMPTY.includes(status) || (SENT.includes(status) && !held.has(id)),
  )
}

/** Holds at every moment, also while orders settle. */
export function stockFaults({ products, movements, reservations }: StoreRecords): string[] {
  const moved = sums(movements.map(({ productId, delta }) => [productId, delta]))
  const held = reservations.filter(({ status }) => status === 'held').flatMap(({ lines }) => lines)
  const promised = sums(held.map(({ productId, quantity }) => [productId, quantity]))
  const known = new Set(products.map(({ id }) => id))
  return [
    ...products.flatMap(({ id, stock, reserved }) => [
      ...fault(stock < 0 || reserved < 0, `1: product ${id} has stock ${stock}, reserved ${reserved}`),
      ...fault(
        stock !== (moved.get(id) ?? 0),
        `2: product ${id} has stock ${stock}, but its movements add up to ${moved.get(id) ?? 0}`,
      ),
      ...fault(
        reserved !== (promised.get(id) ?? 0),
        `2: product ${id} has ${reserved} reserved, but held reservations add up to ${promised.get(id) ?? 0}`,
      ),
    ]),
    ...[...moved.keys()]
      .filter((id) => !known.has(id))
      .map((id) => `2: movements of ${id}, which is no product`),
  ]
}

const compacted = (movements: readonly MovementRecord[]): ReadonlySet<string> =>
  new Set(movements.filter(({ opening }) => opening).map(({ productId }) => productId))

/**
 * Every change of a product is one version (of a product with an opening balance, some are not known any more), and every
 * movement starts from the stock after the one before.
 */
function ledgerFaults(
  { id, version, editVersion }: ProductRecord,
  own: readonly MovementRecord[],
  shipped: number,
): string[] {
  const changes = own.filter((movement) => movement.version > 1).length + shipped
  let before = 0
  const broken = own.find(({ delta, stockAfter }) => {
    const fits = stockAfter === before + delta
    before = stockAfter
    return !fits
  })
  return [
    ...fault(broken !== undefined, `2: movement ${broken?.version} of product ${id} skips one before it`),
    ...fault(
      editVersion === 1 && version !== 1 + changes && compacted(own).size === 0,
      `7: product ${id} has version ${version} after ${changes} changes`,
    ),
  ]
}

/**
 * The ledger agrees with each reservation: taken once, given back once or never. Of a product with an opening balance only
 * the sales of orders that are held are known.
 */
function reservationFaults({ movements, reservations }: StoreRecords): string[] {
  const isCompacted = compacted(movements)
  const held = new Set(reservations.filter(({ status }) => status === 'held').map(({ orderId }) => orderId))
  const isKnown = (orderId: string, productId: string) => !isCompacted.has(productId) || held.has(orderId)
  const moved = sums(
    movements.flatMap(({ orderId, productId, delta }) =>
      orderId === null || !isKnown(orderId, productId)
        ? []
        : [[`${orderId} of ${productId}`, delta] as const],
    ),
  )
  const taken = sums(
    reservations
      .filter(({ status }) => HOLDING.includes(status))
      .flatMap(({ orderId, lines }) =>
        lines
          .filter(({ productId }) => isKnown(orderId, productId))
          .map(({ productId, quantity }) => [`${orderId} of ${productId}`, -quantity] as const),
      ),
  )
  return [...new Set([...moved.keys(), ...taken.keys()])].flatMap((name) =>
    fault(
      (moved.get(name) ?? 0) !== (taken.get(name) ?? 0),
      `2: the ledger moved ${moved.get(name) ?? 0} for order ${name}, its reservation says ${taken.get(name) ?? 0}`,
    ),
  )
}

/** Holds at every moment, too. */
export function keyFaults({ orders }: StoreRecords): string[] {
  const named = orders.filter(({ key }) => key !== null)
  const counts = sums(named.map(({ userId, key }) => [`user ${userId}, key ${key}`, 1]))
  return [...counts].flatMap(([name, count]) => fault(count > 1, `4: ${name}: ${count} orders`))
}

function orphanFaults({ orders, reservations }: StoreRecords): string[] {
  const known = new Set(orders.map(({ id }) => id))
  return reservations.flatMap(({ orderId, status }) =>
    fault(
      HOLDING.includes(status) && !known.has(orderId),
      `6: stock is ${status} for ${orderId}, which is no order`,
    ),
  )
}

function orderFaults(order: OrderRecord, reservation: ReservationRecord | undefined): string[] {
  const { id, status } = order
  const bought = BOUGHT.includes(status)
  const holding = reservation !== undefined && HOLDING.includes(reservation.status)
  const fits = bought ? reservation?.status === (SENT.includes(status) ? 'shipped' : 'held') : !holding
  return [
    ...fault(!bought && !ENDED_EMPTY.includes(status), `5: order ${id} is still ${status}`),
    ...fault(!fits, `6: order ${id} is ${status}, its reservation ${reservation?.status ?? 'missing'}`),
    ...(bought && holding ? promiseFaults(order, reservation.lines) : []),
    ...historyFaults(order),
  ]
}

function promiseFaults({ id, lines, totalMinor }: OrderRecord, heldLines: readonly LineRecord[]): string[] {
  const cost = heldLines.reduce(
    (sum, { unitPriceMinor, quantity }) => sum + (unitPriceMinor ?? NaN) * quantity,
    0,
  )
  return [
    ...fault(
      spell(lines) !== spell(heldLines),
      `6: order ${id} has ${spell(lines)}, its reservation ${spell(heldLines)}`,
    ),
    ...fault(cost !== totalMinor, `8: order ${id} was charged ${totalMinor} for lines that cost ${cost}`),
  ]
}

/** Every change is one version and one entry: none was lost, none was applied twice (invariant 7). */
function historyFaults({ id, status, version, history }: OrderRecord): string[] {
  return [
    ...fault(history.length !== version, `7: order ${id} has version ${version}, its history ${history}`),
    ...fault(history.at(-1) !== status, `7: order ${id} is ${status}, its history ${history}`),
    ...fault(new Set(history).size !== history.length, `7: order ${id} was twice in one state: ${history}`),
  ]
}

/** An order as one answer showed it to a buyer. An order seen with several statuses is listed several times. */
export type SeenOrder = {
  readonly orderId: string
  readonly userId: string
  readonly key: string | null
  readonly status: string
  /** As the buyer asked for them. */
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[]
}

/** The statuses in which an order may be found after it was seen in the first. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  pending: [...BOUGHT, ...ENDED_EMPTY],
  confirmed: [...BOUGHT, 'cancelled'],
  cancelling: ['cancelled'],
  shipped: ['shipped', 'delivered'],
  delivered: ['delivered'],
  rejected: ['rejected'],
  cancelled: ['cancelled'],
}

/** Every answer a buyer saw must still be true (invariants 3 and 4). */
export function brokenPromises({ orders }: StoreRecords, seenOrders: readonly SeenOrder[]): string[] {
  const byId = new Map(orders.map((order) => [order.id, order]))
  return seenOrders.flatMap(({ orderId, userId, key, status, lines }) => {
    const order = byId.get(orderId)
    if (!order) return [`3: order ${orderId} was answered as ${status} and is not in the store`]
    return [
      ...fault(order.userId !== userId, `3: order ${orderId} belongs to ${order.userId}, not ${userId}`),
      ...fault(order.key !== key, `4: order ${orderId} was made with key ${order.key}, not ${key}`),
      ...fault(
        quantities(order.lines) !== quantities(lines),
        `3: order ${orderId} was accepted with ${quantities(lines)} and has ${quantities(order.lines)}`,
      ),
      ...fault(
        !LATER[status]?.includes(order.status),
        `3: order ${orderId} was answered as ${status} and is ${order.status}`,
      ),
    ]
  })
}

const FAULTS_SHOWN_MAX = 20

/** Fails, naming the invariants, unless the stores are consistent and agree with every answer. */
export function assertConsistent(records: StoreRecords, seenOrders: readonly SeenOrder[]): void {
  const faults = [...faultsOf(records), ...brokenPromises(records, seenOrders)]
  if (faults.length === 0) return
  const more = faults.length > FAULTS_SHOWN_MAX ? [`… and ${faults.length - FAULTS_SHOWN_MAX} more`] : []
  throw new Error([...faults.slice(0, FAULTS_SHOWN_MAX), ...more].join('\n'))
}

const fault = (broken: boolean, sentence: string): string[] => (broken ? [`Invariant ${sentence}`] : [])

function sums(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const totals = new Map<string, number>()
  for (const [name, amount] of entries) totals.set(name, (totals.get(name) ?? 0) + amount)
  return totals
}

const quantities = (lines: readonly { productId: string; quantity: number }[]) =>
  lines
    .map(({ productId, quantity }) => `${quantity} x ${productId}`)
    .sort()
    .join(', ')

const spell = (lines: readonly LineRecord[]) =>
  lines
    .map(({ productId, quantity, unitPriceMinor }) => `${quantity} x ${productId} at ${unitPriceMinor}`)
    .sort()
    .join(', ')
