import type { Order } from '../api/types.ts'

/** What people call an order: its number, or the end of its id while it has none. */
export const numberOf = ({ id, number }: Pick<Order, 'id' | 'number'>): string =>
  number === undefined ? `…${id.slice(-6)}` : `#${number}`
