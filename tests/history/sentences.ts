/** Operations in words: who, in which role, when, what was asked, what was answered. Times are milliseconds since the first call. */
import { isRefused } from './collected.ts'
import type { Operation, OrderSeen, ProductSeen } from './format.ts'
import { linesIn } from './placements.ts'

export type Describe = (by: number) => string

export function describer(operations: readonly Operation[]): Describe {
  let start = Infinity
  for (const { called } of operations) start = Math.min(start, called)
  const ms = (time: number) => ((time - start) / 1000).toFixed(3)
  return (by) => {
    const operation = operations[by]
    if (!operation) return '[no recorded operation]'
    const { client, role, called, returned, answer } = operation
    const span = `${ms(called)}–${returned === undefined ? '' : ms(returned)} ms`
    const who = role === 'admin' && client !== role ? `${client}, admin` : client
    return `[${who}, ${span}: ${askedIn(operation)} → ${answer === undefined ? 'no answer' : answered(answer)}]`
  }
}

function askedIn(operation: Operation): string {
  switch (operation.is) {
    case 'place_order':
      return `order ${linesIn(operation.lines)} for ${operation.totalMinor}, key ${operation.key}`
    case 'change_order':
      return `order ${operation.order} to become ${operation.to}${seenIn(operation.seen)}`
    case 'read_order':
      return `read order ${operation.order}`
    case 'list_orders':
      return `list the orders of ${operation.of ?? 'everyone'}`
    case 'use_route':
      return operation.route
    case 'read_product':
      return `read product ${operation.product}`
    case 'create_product':
      return `create a product, stock ${operation.stock}, price ${operation.priceMinor}`
    case 'edit_product':
      return `edit product ${operation.product}: ${editIn(operation)}${seenIn(operation.seen)}`
    case 'delete_product':
      return `delete product ${operation.product}`
    case 'adjust_stock':
      return `adjust stock of ${operation.product} by ${operation.delta}, key ${operation.key}`
  }
}

const seenIn = (version: number | undefined) =>
  version === undefined ? '' : `, having seen version ${version}`

function editIn(edit: Extract<Operation, { is: 'edit_product' }>): string {
  const { stock, priceMinor, writesText } = edit
  return [
    ...(stock === undefined ? [] : [`stock ${stock}`]),
    ...(priceMinor === undefined ? [] : [`price ${priceMinor}`]),
    ...(writesText ? ['text'] : []),
  ].join(', ')
}

function answered(answer: NonNullable<Operation['answer']>): string {
  if (isRefused(answer)) {
    const { refused, product, order } = answer
    const state = product ? `, ${productIn(product)}` : order ? `, ${orderIn(order)}` : ''
    return `refused, ${refused}${state}`
  }
  if ('deleted' in answer) return 'deleted'
  if ('served' in answer) return 'answered'
  if ('orders' in answer) return answer.orders.map(orderIn).join('; ') || 'no orders'
  if ('delta' in answer) return `version ${answer.version}, stock ${answer.stockAfter}`
  return 'order' in answer ? orderIn(answer) : productIn(answer)
}

const productIn = ({ product, version, stock, priceMinor }: ProductSeen) =>
  `product ${product} version ${version}, stock ${stock}, price ${priceMinor}`

function orderIn({ order, status, version, rejection }: OrderSeen): string {
  const why = rejection === undefined ? '' : ` (${rejection.reason})`
  return `order ${order} ${status}${why}, version ${version}`
}
