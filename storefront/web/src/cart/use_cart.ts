import { useSyncExternalStore } from 'react'
import { type CartLine, changeCart, readCart, watchCart } from './cart.ts'

export function useCart(): { lines: readonly CartLine[]; change: typeof changeCart } {
  return { lines: useSyncExternalStore(watchCart, readCart), change: changeCart }
}
