/** The order of pictures, and the point of a picture that no crop cuts off. */
import type { Picture } from '../products/conflict.ts'

type Focus = Picture['focus']
export const FOCUS_CENTRE: Focus = { x: 50, y: 50 }
/** In percent, for each press of an arrow key. */
const STEP = 2
const BIG_STEP = 10

/** `items` with the one at `from` moved to `to`. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = items.filter((_, i) => i !== from)
  const item = items[from]
  if (item !== undefined) next.splice(Math.max(0, Math.min(to, next.length)), 0, item)
  return next
}

/** The point after a key, or undefined if the key moves nothing. */
export function movedFocus({ x, y }: Focus, key: string, big: boolean): Focus | undefined {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
  if (!by) return undefined
  const step = big ? BIG_STEP : STEP
  return { x: percent(x + by[0]! * step), y: percent(y + by[1]! * step) }
}

/** The point at this place of a box. */
export const focusAt = (at: { x: number; y: number }, box: DOMRect): Focus => ({
  x: percent(((at.x - box.left) / box.width) * 100),
  y: percent(((at.y - box.top) / box.height) * 100),
})

const percent = (value: number): number => Math.round(Math.max(0, Math.min(100, value)))
