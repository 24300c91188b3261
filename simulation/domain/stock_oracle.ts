/**
 * Checks every write of stock and reservations, from its own books: what it knows of a product comes from the movements and
 * reservations alone, not from the numbers that the product has.
 *
 * Invariants 1, 2, 7 and 8, and of 6: a reservation is decided once, and refused only for a reason that is true.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Movement, Product } from '../../product_service/src/domain/product.ts'
import type { Reservation, ReservationRequest } from '../../product_service/src/domain/reservation.ts'
import { Violation } from '../core/history.ts'
import type { DomainHistory } from './mix.ts'
import type { StockModel, StockWrite } from './stock_model.ts'

export type StockOracle = {
  /** Checks the writes since the last call. Returns the ids of the orders whose reservations they changed. */
  check(): readonly string[]
  /** The product as it was at that version; undefined if it never was. */
  at(id: string, version: number): Product | undefined
  movement(productId: string, version: number): Movement | undefined
  /** The version of the last edit before that one, or that one; 0 if there was none. */
  lastEdit(productId: string, version: number): number
}

type Book = {
  /** By version. */
  readonly states: Map<number, Product>
  readonly movements: Map<number, Movement>
  /** Versions that an edit made. */
  readonly edits: number[]
  stock: number
  reserved: number
  version: number
}

const NEXT: Readonly<Record<Reservation['status'], readonly Reservation['status'][]>> = {
  held: ['released', 'shipped'],
  rejected: [],
  released: [],
  shipped: [],
}

export function createStockOracle({ sometimes }: DomainHistory, model: StockModel): StockOracle {
  const books = new Map<string, Book>()
  const notes = new Set<string>()
  let checked = 0

  const bookOf = (id: string): Book => {
    const known = books.get(id)
    if (known) return known
    const book = { states: new Map(), movements: new Map(), edits: [], stock: 0, reserved: 0, version: 0 }
    books.set(id, book)
    return book
  }

  const checkMovement = (movement: Movement) => {
    const { productId, version, delta, stockAfter, reason } = movement
    const book = bookOf(productId)
    book.stock += delta
    if (stockAfter !== book.stock)
      throw new Violation(
        `2. A movement of ${productId} says ${stockAfter} units are left; its ledger says ${book.stock}`,
      )
    if (version <= book.version || book.movements.has(version))
      throw new Violation(`2. Two movements of ${productId} have version ${version}`)
    book.movements.set(version, movement)
    if (reason !== 'adjustment') return
    if (notes.has(movement.note)) throw new Violation(`4. The adjustment "${movement.note}" was made twice`)
    notes.add(movement.note)
  }

  const checkReservation = (before: Reservation | undefined, after: Reservation) => {
    if (before && !NEXT[before.status].includes(after.status))
      throw new Violation(
        `6. The reservation of ${after.orderId} was ${before.status} and became ${after.status}`,
      )
    if (!before && after.status === 'shipped')
      throw new Violation(`6. ${after.orderId} was shipped without a reservation`)
    for (const [sign, reservation] of [
      [-1, before],
      [1, after],
    ] as const) {
      if (reservation?.status !== 'held') continue
      for (const line of reservation.lines) bookOf(line.productId).reserved += sign * line.quantity
    }
    if (after.status === 'held') checkPrice(after)
    if (!before && after.status === 'released') sometimes('a release came before its reservation')
    if (!before && after.status === 'rejected') sometimes(`an order was rejected: ${after.reason}`)
  }

  /** Of the products as they were when the units were held, which is before this write. */
  const checkPrice = ({ orderId, lines, totalMinor }: Extract<Reservation, { status: 'held' }>) => {
    let sum = 0
    for (const { productId, quantity, unitPriceMinor } of lines) {
      const book = bookOf(productId)
      const product = book.states.get(book.version)
      if (product?.deletedAt !== null)
        throw new Violation(`6. ${orderId} holds ${productId}, which is not for sale`)
      if (unitPriceMinor !== product.priceMinor)
        throw new Violation(
          `8. ${orderId} holds ${productId} at ${unitPriceMinor}; its price is ${product.priceMinor}`,
        )
      sum += unitPriceMinor * quantity
    }
    if (sum !== totalMinor)
      throw new Violation(`8. The lines of ${orderId} cost ${sum}, its total is ${totalMinor}`)
  }

  /** What the words of the specification say of one request, with the products as they were before it. */
  const decisionOn = ({ lines, totalMinor }: ReservationRequest): string => {
    const asked = lines.map(({ productId, quantity, unitPriceMinor }) => {
      const book = bookOf(productId)
      return { product: book.states.get(book.version), quantity, unitPriceMinor }
    })
    if (asked.some(({ product }) => product?.deletedAt !== null)) return 'product_not_found'
    if (asked.some(({ product, quantity }) => product!.stock < quantity)) return 'insufficient_stock'
    const cost = asked.reduce((sum, { product, quantity }) => sum + product!.priceMinor * quantity, 0)
    const isQuoted = asked.every(
      ({ product, unitPriceMinor = product!.priceMinor }) => unitPriceMinor === product!.priceMinor,
    )
    return cost === totalMinor && isQuoted ? 'held' : 'price_changed'
  }

  const checkDecision = (request: ReservationRequest, after: Reservation) => {
    const expected = decisionOn(request)
    const decided = after.status === 'rejected' ? after.reason : after.status
    if (decided !== expected)
      throw new Violation(`6. ${after.orderId} was decided as ${decided}; it had to be ${expected}`)
  }

  const checkProduct = (before: Product | undefined, after: Product, { edit }: StockWrite) => {
    const book = bookOf(after.id)
    if ((before?.version ?? 0) !== book.version)
      throw new Violation(
        `7. ${after.id} was written over version ${before?.version}; it is at ${book.version}`,
      )
    if (after.version <= book.version) throw new Violation(`7. The version of ${after.id} did not grow`)
    if (after.stock < 0) throw new Violation(`1. The stock of ${after.id} is ${after.stock}`)
    if (after.reserved < 0) throw new Violation(`1. ${after.id} has ${after.reserved} units reserved`)
    if (after.stock !== book.stock)
      throw new Violation(`2. The stock of ${after.id} is ${after.stock}; its ledger says ${book.stock}`)
    if (after.reserved !== book.reserved)
      throw new Violation(`2. ${after.id} has ${after.reserved} units reserved; ${book.reserved} are held`)
    if (edit && before) {
      checkSeen(before, after, edit, book.edits)
      if (!isEdit(before, after) && after.stock === before.stock)
        throw new Violation(`7. An edit that changed nothing made version ${after.version} of ${after.id}`)
    }
    if (isEdit(before, after)) book.edits.push(after.version)
    book.version = after.version
    book.states.set(after.version, after)
  }

  const checkSeen = (
    before: Product,
    after: Product,
    { fields, seen }: NonNullable<StockWrite['edit']>,
    edits: readonly number[],
  ) => {
    if (seen === undefined) return
    const lastEdit = edits.at(-1) ?? 0
    if (!seen.some((version) => version >= lastEdit && version <= before.version))
      throw new Violation(`7. An edit of ${after.id} that saw ${seen} was applied over the edit ${lastEdit}`)
    if (fields.stock !== undefined && !seen.includes(before.version))
      throw new Violation(
        `7. The stock of ${after.id} was set over version ${before.version} by who saw ${seen}`,
      )
    if (!seen.includes(before.version)) sometimes('an edit was applied over sales')
  }

  return {
    check() {
      const changed: string[] = []
      for (; checked < model.writes.length; checked++) {
        const write = model.writes[checked]!
        write.movements.forEach(checkMovement)
        for (const { before, after } of write.reservations) {
          const request = write.requests?.find(({ orderId }) => orderId === after.orderId)
          if (request && !before) checkDecision(request, after)
          checkReservation(before, after)
          changed.push(after.orderId)
        }
        for (const { before, after } of write.products) checkProduct(before, after, write)
        for (const { asked, reservation } of write.recorded) {
          if (asked === 'hold' && reservation.status === 'released')
            sometimes('a reservation came after its release, and took nothing')
          if (asked === 'hold' && reservation.status === 'held')
            sometimes('a repeated reservation got the recorded answer')
          if (asked === 'release' && reservation.status === 'rejected')
            sometimes('a rejected order was released')
          if (asked === 'release' && reservation.status === 'released') sometimes('a release was repeated')
          if (asked === 'ship' && reservation.status === 'shipped') sometimes('a shipment was repeated')
        }
      }
      return changed
    },
    at: (id, version) => books.get(id)?.states.get(version),
    movement: (productId, version) => books.get(productId)?.movements.get(version),
    lastEdit: (productId, version) => books.get(productId)?.edits.findLast((edit) => edit <= version) ?? 0,
  }
}

const isEdit = (before: Product | undefined, after: Product) =>
  !isDeepStrictEqual(sold(before), sold(after)) && before !== undefined
const sold = (product: Product | undefined) =>
  product && [product.name, product.description, product.priceMinor, product.deletedAt]
