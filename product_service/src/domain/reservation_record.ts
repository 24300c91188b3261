/**
 * A reservation as stores hold it: one flat record. Only readReservation makes a reservation of it, and detects a record
 * that was changed from outside.
 */
import { isCount, isText } from './field_checks.ts'
import type {
  Holding,
  RejectionReason,
  Reservation,
  ReservationStatus,
  ReservedLine,
  Restock,
  Shortage,
} from './reservation.ts'

/** Fields that do not belong to the status, or to the reason, are empty or null. */
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
  /** Absent if nothing came back. */
  readonly restocks?: readonly Restock[]
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
    ...(status === 'shipped' && reservation.restocks !== undefined ? { restocks: reservation.restocks } : {}),
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

/** Throws an Error that names the wrong part, even if the record's status does not use that part. */
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
  const holding = (): Holding => (totalMinor === null ? invalid('fields') : { lines, totalMinor })
  const { status, reason } = record
  switch (status) {
    case 'held':
      return { ...decided, status, ...holding() }
    case 'shipped':
      return {
        ...{ ...decided, status, ...holding() },
        ...(record.restocks == null ? {} : { restocks: list(record.restocks, restock, 'restocks') }),
      }
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
  return invalid('fields')
}

type Unchecked = { readonly [Field in keyof ReservationRecord]: unknown }
type Part = 'lines' | 'reasons' | 'restocks' | 'fields'
type Fields = Readonly<Record<string, unknown>>

function invalid(part: Part): never {
  throw new Error(`its ${part} are not those of a reservation`)
}

const text = (value: unknown, part: Part): string => (isText(value) ? value : invalid(part))

const count = (value: unknown, part: Part): number => (isCount(value) ? value : invalid(part))

const list = <Item>(values: unknown, item: (value: Fields) => Item, part: Part): readonly Item[] =>
  Array.isArray(values) ? values.map((value) => item(value ?? invalid(part))) : invalid(part)

const reservedLine = ({ productId, quantity, name, unitPriceMinor }: Fields): ReservedLine => ({
  productId: text(productId, 'lines'),
  name: text(name, 'lines'),
  unitPriceMinor: count(unitPriceMinor, 'lines'),
  quantity: count(quantity, 'lines'),
})

const restock = ({ receiptId, lines, at }: Fields): Restock => ({
  receiptId: text(receiptId, 'restocks'),
  lines: list(
    lines,
    ({ productId, quantity }) => ({
      productId: text(productId, 'restocks'),
      quantity: count(quantity, 'restocks'),
    }),
    'restocks',
  ),
  at: text(at, 'restocks'),
})

const shortage = ({ productId, requested, available }: Fields): Shortage => ({
  productId: text(productId, 'reasons'),
  requested: count(requested, 'reasons'),
  available: count(available, 'reasons'),
})
