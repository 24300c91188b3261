/**
 * A reservation as stores keep it: one flat record. Reading is the one place that makes a reservation of it, and finds
 * what was changed from outside.
 */
import type {
  Holding,
  RejectionReason,
  Reservation,
  ReservationStatus,
  ReservedLine,
  Shortage,
} from './reservation.ts'

/** What does not belong to the status, or to the reason, is empty or null. */
export type ReservationRecord = {
  readonly orderId: string
  readonly status: ReservationStatus
  readonly lines: readonly ReservedLine[]
  readonly totalMinor: number | null
  readonly reason: RejectionReason | null
  readonly shortages: readonly Shortage[]
  readonly unknownProducts: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}

export function recordOf(reservation: Reservation): ReservationRecord {
  const { orderId, status, createdAt, updatedAt } = reservation
  const { lines, totalMinor } = holdingOf(reservation)
  const rejection = status === 'rejected' ? reservation : undefined
  return {
    orderId,
    status,
    lines,
    totalMinor,
    reason: rejection?.reason ?? null,
    shortages: rejection?.reason === 'insufficient_stock' ? rejection.shortages : [],
    unknownProducts: rejection?.reason === 'product_not_found' ? rejection.unknownProducts : [],
    createdAt,
    updatedAt,
  }
}

const NOTHING = { lines: [], totalMinor: null }

function holdingOf(reservation: Reservation): Pick<ReservationRecord, 'lines' | 'totalMinor'> {
  switch (reservation.status) {
    case 'held':
    case 'shipped':
      return reservation
    case 'released':
      return reservation.holding ?? NOTHING
    case 'rejected':
      return reservation.reason === 'product_not_found'
        ? NOTHING
        : { lines: [], totalMinor: reservation.totalMinor }
  }
}

/** Throws what is wrong with the record, whether or not its status needs it. */
export function readReservation(record: Unchecked): Reservation {
  const lines = list(record.lines, reservedLine, 'lines')
  const shortages = list(record.shortages, shortage, 'reasons')
  const unknownProducts = list(record.unknownProducts, (id) => text(id, 'reasons'), 'reasons')
  const totalMinor = record.totalMinor === null ? null : count(record.totalMinor, 'fields')
  const decided = {
    orderId: text(record.orderId, 'fields'),
    createdAt: text(record.createdAt, 'fields'),
    updatedAt: text(record.updatedAt, 'fields'),
  }
  const holding = (): Holding => (totalMinor === null ? broken('fields') : { lines, totalMinor })
  const { status, reason } = record
  switch (status) {
    case 'held':
    case 'shipped':
      return { ...decided, status, ...holding() }
    case 'released':
      return { ...decided, status, holding: lines.length === 0 ? null : holding() }
    case 'rejected':
      switch (reason) {
        case 'product_not_found':
          return { ...decided, status, reason, unknownProducts }
        case 'insufficient_stock':
          return { ...decided, status, reason, shortages, totalMinor }
        case 'price_changed':
          return { ...decided, status, reason, totalMinor }
      }
  }
  return broken('fields')
}

type Unchecked = { readonly [Field in keyof ReservationRecord]: unknown }
type Part = 'lines' | 'reasons' | 'fields'
type Fields = Readonly<Record<string, unknown>>

function broken(part: Part): never {
  throw new Error(`its ${part} are not those of a reservation`)
}

const text = (value: unknown, part: Part): string => (typeof value === 'string' ? value : broken(part))

const count = (value: unknown, part: Part): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : broken(part)

const list = <Item>(values: unknown, item: (value: Fields) => Item, part: Part): readonly Item[] =>
  Array.isArray(values) ? values.map((value) => item(value ?? broken(part))) : broken(part)

const reservedLine = ({ productId, quantity, name, unitPriceMinor }: Fields): ReservedLine => ({
  productId: text(productId, 'lines'),
  name: text(name, 'lines'),
  unitPriceMinor: count(unitPriceMinor, 'lines'),
  quantity: count(quantity, 'lines'),
})

const shortage = ({ productId, requested, available }: Fields): Shortage => ({
  productId: text(productId, 'reasons'),
  requested: count(requested, 'reasons'),
  available: count(available, 'reasons'),
})
