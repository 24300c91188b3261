/** One line of a history file, checked: what it returns has the fields of its type (format.ts). */
import { FORMAT, type HistoryLine, ROLES, type Role } from './format.ts'

export class UnreadableLine extends Error {
  override name = 'UnreadableLine'
}

/** A line that was cut off within. */
export class NotJson extends UnreadableLine {
  override name = 'NotJson'
}

type Check = (value: unknown) => boolean
type Fields = Readonly<Record<string, Check>>

const text: Check = (value) => typeof value === 'string'
const textOrNull: Check = (value) => value === null || text(value)
const whole: Check = (value) => Number.isSafeInteger(value)
const count: Check = (value) => whole(value) && (value as number) >= 0
const wholeOrNull: Check = (value) => value === null || whole(value)
const flag: Check = (value) => typeof value === 'boolean'
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const fields =
  (wanted: Fields): Check =>
  (value) =>
    typeof value === 'object' && value !== null && faultOf(value as Record<string, unknown>, wanted) === ''

const askedLines = list(fields({ productId: text, quantity: count }))
const pricedLines = list(fields({ productId: text, quantity: count, unitPriceMinor: wholeOrNull }))
const PRODUCT: Fields = { product: text, version: count, stock: whole, priceMinor: whole, text }
const SHORTAGE: Fields = { product: text, requested: count, available: whole }
const REJECTION: Fields = {
  reason: text,
  shortages: list(fields(SHORTAGE)),
  unknownProducts: list(text),
  totalMinor: wholeOrNull,
}
const ORDER: Fields = { order: text, status: text, version: count, rejection: optional(fields(REJECTION)) }
const REFUSED = fields({
  refused: text,
  product: optional(fields(PRODUCT)),
  order: optional(fields(ORDER)),
})
const answer = (shape: Fields): Check => {
  const shown = fields(shape)
  return (value) => value === undefined || shown(value) || REFUSED(value)
}
const role: Check = (value) => ROLES.includes(value as Role)
const CALLED: Fields = { client: text, user: text, role, called: count, returned: optional(count) }
const operation = (own: Fields, shape: Fields): Fields => ({ ...CALLED, ...own, answer: answer(shape) })

const SHAPES: Readonly<Record<HistoryLine['is'], Fields>> = {
  history: { format: (value) => value === FORMAT },
  place_order: operation({ key: textOrNull, lines: askedLines, totalMinor: whole }, ORDER),
  change_order: operation({ order: text, to: text, seen: optional(whole) }, ORDER),
  read_order: operation({ order: text }, ORDER),
  list_orders: operation({ of: textOrNull }, { orders: list(fields(ORDER)) }),
  use_route: operation(
    { route: text, access: (value) => value === 'admin' || value === 'service' },
    { served: flag },
  ),
  read_product: operation({ product: text }, PRODUCT),
  create_product: operation({ stock: whole, priceMinor: whole }, PRODUCT),
  edit_product: operation(
    {
      ...{ product: text, seen: optional(whole), stock: optional(whole), priceMinor: optional(whole) },
      writesText: flag,
    },
    PRODUCT,
  ),
  delete_product: operation({ product: text }, { deleted: flag }),
  adjust_stock: operation(
    { key: textOrNull, product: text, delta: whole },
    { version: count, delta: whole, stockAfter: whole },
  ),
  stores: {},
  product: { id: text, stock: whole, reserved: whole, version: count, editVersion: count, priceMinor: whole },
  movement: {
    ...{ productId: text, version: count, delta: whole, stockAfter: whole, orderId: textOrNull },
    opening: optional(flag),
  },
  reservation: { orderId: text, status: text, lines: pricedLines },
  order: {
    ...{ id: text, userId: text, key: textOrNull, status: text, version: count, totalMinor: whole },
    ...{ lines: pricedLines, history: list(text) },
  },
  end: { lines: count },
}

/** Fails with UnreadableLine. */
export function parseLine(line: string): HistoryLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new NotJson('is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw new UnreadableLine('is no JSON object')
  const record = value as Record<string, unknown>
  const shape = Object.hasOwn(SHAPES, String(record.is)) && SHAPES[record.is as HistoryLine['is']]
  if (!shape) throw new UnreadableLine(`has "is": ${JSON.stringify(record.is)}, which is no kind of line`)
  const fault = faultOf(record, shape)
  if (fault !== '') throw new UnreadableLine(`(${record.is}) has no usable "${fault}"`)
  if (record.answer !== undefined && record.returned === undefined) {
    throw new UnreadableLine(`(${record.is}) has an answer but no "returned"`)
  }
  if (record.returned !== undefined && (record.returned as number) < (record.called as number)) {
    throw new UnreadableLine(`(${record.is}) returned before it was called`)
  }
  return record as HistoryLine
}

/** The name of the first field that does not fit, or nothing. */
function faultOf(record: Record<string, unknown>, wanted: Fields): string {
  for (const name in wanted) if (!wanted[name]!(record[name])) return name
  return ''
}
