import type { Order } from '../api/types.ts'

/** What an order is called: its first product, and how many more. Names are known once the stock was held. */
export function orderWords({ lines }: Pick<Order, 'lines'>): string {
  const [first, ...rest] = lines
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (!first?.name) return units === 1 ? 'Order of 1 item' : `Order of ${units} items`
  const name = first.quantity === 1 ? first.name : `${first.quantity} × ${first.name}`
  if (rest.length === 0) return name
  return `${name} and ${rest.length} more`
}
