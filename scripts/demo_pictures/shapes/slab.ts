/** A board, a book cover, a stack of pages: flat, with round corners seen from above. It stands on y = 0. */
import { cast, corners } from './forms.ts'
import type { Form } from './mesh.ts'
import type { Vec } from './vector.ts'

/** `corner` is the radius seen from above, `edge` that of the upper edge. */
export function slab(
  [width, height, depth]: Vec,
  corner: number,
  edge = 0.06,
  columns = 120,
  rows = 36,
): Form {
  const [x, z] = [width / 2, depth / 2]
  const outline = corners(
    [
      [0, z],
      [x, z],
      [x, -z],
      [-x, -z],
      [-x, z],
      [0, z],
    ],
    corner,
  )
  const profile = corners(
    [
      [0, 0],
      [x, 0],
      [x, height],
      [0, height],
    ],
    edge,
  )
  const scaled = (t: number): readonly [number, number] => [profile(t)[0] / x, profile(t)[1]]
  return cast(outline, scaled, columns, rows)
}
