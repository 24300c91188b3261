/** An order on the wire: snake_case, money as decimal strings. Answers and problems use it. */
import { etagOf } from '@shop/service_kit/http/etags'
import { Id, Money, NullableString, Timestamp, Version } from '@shop/service_kit/http/schemas'
import { formatMoney } from '@shop/service_kit/money/money'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { type Actor, allowedFor } from '../domain/change_order.ts'
import { isGuestOrder, ownerOf } from '../domain/guests.ts'
import {
  grandTotalMinor,
  ORDER_STATUSES,
  type Order,
  type OrderStatus,
  type PricedLine,
  QUANTITY_MAX,
  REJECTION_REASONS,
  REQUESTABLE_STATUSES,
  type Rejection,
  type RejectionReason,
  type RequestableStatus,
  type RequestedLine,
  type Shortage,
} from '../domain/order.ts'
import { NUMBER_BEFORE_FIRST } from '../domain/order_numbers.ts'
import { rejectionRecord } from '../domain/order_record.ts'
import { payableUntil } from '../domain/payment_steps.ts'
import { CheckoutView, checkoutView } from './checkout_views.ts'

export const OrderParams = Type.Object({ id: Id })

/** With `type`, which Type.Enum leaves out: values without it are slow to serialise. */
export const Status = Type.Unsafe<OrderStatus>({ type: 'string', enum: [...ORDER_STATUSES] })
const Requestable = Type.Unsafe<RequestableStatus>({ type: 'string', enum: [...REQUESTABLE_STATUSES] })
const OrderLine = Type.Object({
  product_id: Id,
  quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }),
  name: NullableString({ description: 'When the stock was held; null before' }),
  unit_price: NullableString({ description: 'When the stock was held; null before' }),
})

const ShortageView = Type.Object({
  product_id: Id,
  requested: Type.Integer(),
  available: Type.Integer({ description: 'Free to sell when the order was decided' }),
})

const RejectionView = Type.Object({
  reason: Type.Unsafe<RejectionReason>({ type: 'string', enum: [...REJECTION_REASONS] }),
  shortages: Type.Array(ShortageView),
  unknown_products: Type.Array(Id),
  current_total_price: NullableString({ description: 'Price of the lines when the order was decided' }),
})

export const OrderNumber = Type.Integer({
  minimum: NUMBER_BEFORE_FIRST + 1,
  maximum: Number.MAX_SAFE_INTEGER,
  examples: [NUMBER_BEFORE_FIRST + 42],
})

const TrackingView = Type.Object(
  { carrier: NullableString({ description: 'null: not said' }), number: Type.String() },
  { description: 'How the parcel is followed, once it is on its way' },
)

export const OrderView = Type.Object({
  id: Id,
  number: Type.Optional({
    ...OrderNumber,
    description:
      'For people, shown as #10042; never changes. Absent for a minute or so from an order of an earlier release',
  }),
  user_id: { ...Id, description: 'The account, or the guest who placed it' },
  guest: Type.Optional(
    Type.Literal(true, { description: 'Placed without an account, and not added to one; otherwise absent' }),
  ),
  status: Status,
  allowed: Type.Array(Requestable, {
    description: 'The statuses you may request now, with PUT /orders/{id}',
    examples: [['cancelled']],
  }),
  lines: Type.Array(OrderLine),
  total_price: { ...Money, description: 'What the buyer pays' },
  checkout: Type.Optional(CheckoutView),
  payable_until: Type.Optional({
    ...Timestamp,
    description: 'Only while it waits for its payment: until when it can be paid',
  }),
  tracking: Type.Optional(TrackingView),
  erased_at: Type.Optional({
    ...Timestamp,
    description:
      'When its personal fields were erased, long after it ended: its texts are "-", and of its addresses only country and region are left',
  }),
  currency: Type.String({ examples: ['USD'] }),
  currency_digits: Type.Integer({
    minimum: 0,
    maximum: 4,
    description: 'Digits after the point of amounts',
    examples: [2],
  }),
  rejection: Type.Optional(RejectionView),
  history: Type.Array(
    Type.Object({
      status: Status,
      at: Timestamp,
      by: Type.String({ description: 'A user id, or `system`' }),
    }),
  ),
  version: Version,
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type OrderView = Static<typeof OrderView>

/** An account that the order is added to, the tracking of its parcel, and an erasure make no new version. */
export function orderTag({ version, linkedTo, tracking, erasedAt }: Order): string {
  if (linkedTo === undefined && tracking === undefined && erasedAt === undefined) return etagOf(version)
  const amended = [linkedTo, tracking?.carrier, tracking?.number]
  return etagOf(version, JSON.stringify(erasedAt === undefined ? amended : [...amended, erasedAt]))
}

/** The order for `reader`, on whom `allowed` depends. */
export function orderView(order: Order, reader: Actor, digits: number): OrderView {
  return {
    id: order.id,
    user_id: ownerOf(order),
    ...(isGuestOrder(order) && order.linkedTo === undefined ? { guest: true as const } : {}),
    status: order.status,
    allowed: allowedFor(reader, order) as RequestableStatus[],
    lines: order.lines.map((line) => lineView(line, digits)),
    total_price: formatMoney(grandTotalMinor(order), digits),
    ...(order.checkout === undefined
      ? {}
      : { checkout: checkoutView(order.checkout, order.totalMinor, digits) }),
    ...(order.tracking === undefined ? {} : { tracking: order.tracking }),
    ...(order.status === 'awaiting_payment' ? { payable_until: payableUntil(order).toISOString() } : {}),
    ...(order.erasedAt === undefined ? {} : { erased_at: order.erasedAt }),
    currency: order.currency,
    currency_digits: digits,
    ...(order.status === 'rejected' ? { rejection: rejectionView(order.rejection, digits) } : {}),
    history: order.history as OrderView['history'],
    version: order.version,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    ...(order.number === undefined ? {} : { number: order.number }),
  }
}

const lineView = (line: RequestedLine | PricedLine, digits: number) => ({
  product_id: line.productId,
  quantity: line.quantity,
  name: 'name' in line ? line.name : null,
  unit_price: 'unitPriceMinor' in line ? formatMoney(line.unitPriceMinor, digits) : null,
})

function rejectionView(rejection: Rejection, digits: number) {
  const { reason, shortages, unknownProducts, totalMinor } = rejectionRecord(rejection)
  return {
    reason,
    shortages: shortages.map(shortageView),
    unknown_products: [...unknownProducts],
    current_total_price: totalMinor === undefined ? null : formatMoney(totalMinor, digits),
  }
}

export const shortageView = ({ productId, requested, available }: Shortage) => ({
  product_id: productId,
  requested,
  available,
})
