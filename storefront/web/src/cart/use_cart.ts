import { useSyncExternalStore } from 'react'
import { changeCart, readCart, watchCart } from './cart.ts'
import type { CartLine } from './cart_line.ts'

export function useCart(): { lines: readonly CartLine[]; change: typeof changeCart } {
  return { lines: useSyncExternalStore(watchCart, readCart), change: changeCart }
}
