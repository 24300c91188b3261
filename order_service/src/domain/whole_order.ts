/** Whether what a store gave is an order. The stores' own checks see numbers and texts, not what is in their JSON. */
import { ORDER_STATUSES, type Order } from './order.ts'

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isAbsentOr = (is: (value: unknown) => boolean, value: unknown): boolean =>
  value === undefined || is(value)
const all = (values: unknown, is: (value: never) => boolean): boolean =>
  Array.isArray(values) && values.every((value) => value instanceof Object && is(value as never))

const RULES: Readonly<Record<string, (order: Order) => boolean>> = {
  ids: ({ id, userId, idempotencyKey }) => isText(id) && isText(userId) && isAbsentOr(isText, idempotencyKey),
  statuses: ({ status }) => ORDER_STATUSES.includes(status),
  lines: ({ lines }) =>
    lines.length > 0 &&
    all(
      lines,
      ({ productId, quantity, name, unitPriceMinor }: Order['lines'][number]) =>
        isText(productId) &&
        isCount(quantity) &&
        isAbsentOr(isText, name) &&
        isAbsentOr(isCount, unitPriceMinor),
    ),
  amounts: ({ totalMinor, currency }) => isCount(totalMinor) && isText(currency),
  reasons: ({ status, rejection }) =>
    rejection === undefined
      ? status !== 'rejected'
      : isText(rejection.reason) &&
        isAbsentOr(isCount, rejection.totalMinor) &&
        Array.isArray(rejection.unknownProducts) &&
        rejection.unknownProducts.every(isText) &&
        all(
          rejection.shortages,
          ({
            productId,
            requested,
            available,
          }: {
            productId: string
            requested: number
            available: number
          }) => isText(productId) && isCount(requested) && isCount(available),
        ),
  changes: ({ history, version }) =>
    version === history.length &&
    all(
      history,
      ({ status, at, by }: Order['history'][number]) =>
        ORDER_STATUSES.includes(status) && isText(at) && isText(by),
    ),
  times: ({ createdAt, updatedAt, dueAt }) =>
    isText(createdAt) && isText(updatedAt) && isAbsentOr(isText, dueAt),
  counts: ({ attempts, fence }) => isCount(attempts) && isCount(fence),
}

/** The order itself. Throws what is wrong with it. */
export function wholeOrder(order: Order): Order {
  const broken = Object.entries(RULES).find(([, isGood]) => !isGood(order))
  if (broken) throw new Error(`its ${broken[0]} are not those of an order`)
  return order
}
