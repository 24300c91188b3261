/** What one direction of light sees first: a map of distances, on which a point asks whether it is the first. */
import type { Mesh } from '../shapes/mesh.ts'
import type { Vec } from '../shapes/vector.ts'

const SIZE = 288
/** A point this far behind the first one still counts as the first. */
const BIAS_CM = 0.14
const NOTHING = -1e9

export type Reach = { readonly middle: Vec; readonly radius: number }
type Axes = { readonly from: Vec; readonly across: Vec; readonly up: Vec }
export type ShadowMap = { readonly nearest: Float32Array; axes: Axes; middle: Vec; scale: number }

export const createShadowMap = (): ShadowMap => ({
  nearest: new Float32Array(SIZE * SIZE),
  axes: { from: [0, 1, 0], across: [1, 0, 0], up: [0, 0, 1] },
  middle: [0, 0, 0],
  scale: 1,
})

/** A ball around all that throws shadows. */
export function reachOf(meshes: readonly Mesh[]): Reach {
  const low = [1e9, 1e9, 1e9]
  const high = [-1e9, -1e9, -1e9]
  for (const { points, shade } of meshes) {
    if (shade === 0) continue
    for (let k = 0; k < points.length; k += 1) {
      low[k % 3] = Math.min(low[k % 3]!, points[k]!)
      high[k % 3] = Math.max(high[k % 3]!, points[k]!)
    }
  }
  const middle = low.map((x, axis) => (x + high[axis]!) / 2) as unknown as Vec
  return { middle, radius: Math.hypot(...low.map((x, axis) => (high[axis]! - x) / 2)) + 0.5 }
}

/** `turn` is the share of the lights before this one: what stops half of the light throws a shadow in every other map. */
export function drawShadow(
  map: ShadowMap,
  meshes: readonly Mesh[],
  reach: Reach,
  axes: Axes,
  turn: number,
): void {
  map.nearest.fill(NOTHING)
  map.axes = axes
  map.middle = reach.middle
  map.scale = SIZE / 2 / reach.radius
  const chance = (turn * 97.31) % 1
  for (const mesh of meshes) if (mesh.shade > chance) drawMesh(map, mesh)
}

const stepOf = (lines: number) => (lines > 100 ? 4 : lines > 40 ? 3 : lines > 20 ? 2 : 1)

/** A coarser grid is enough for a shadow. */
function drawMesh(map: ShadowMap, { columns, rows, points }: Mesh) {
  const stepI = stepOf(columns)
  const stepJ = stepOf(rows)
  const is: number[] = []
  for (let i = 0; i < columns - 1; i += stepI) is.push(i)
  is.push(columns - 1)
  const wide = is.length
  let above = new Float32Array(wide * 3)
  let row = new Float32Array(wide * 3)
  const { from, across, up } = map.axes
  for (let j = 0, first = true; j < rows; first = false) {
    for (let n = 0; n < wide; n += 1) {
      const k = (j * columns + is[n]!) * 3
      const x = points[k]! - map.middle[0]
      const y = points[k + 1]! - map.middle[1]
      const z = points[k + 2]! - map.middle[2]
      row[n * 3] = SIZE / 2 + (x * across[0] + y * across[1] + z * across[2]) * map.scale
      row[n * 3 + 1] = SIZE / 2 + (x * up[0] + y * up[1] + z * up[2]) * map.scale
      row[n * 3 + 2] = x * from[0] + y * from[1] + z * from[2]
    }
    if (!first) {
      for (let n = 0; n + 1 < wide; n += 1) {
        drawTriangle(map.nearest, above, n * 3, above, n * 3 + 3, row, n * 3)
        drawTriangle(map.nearest, above, n * 3 + 3, row, n * 3 + 3, row, n * 3)
      }
    }
    ;[above, row] = [row, above]
    if (j === rows - 1) return
    j = Math.min(j + stepJ, rows - 1)
  }
}

function drawTriangle(
  map: Float32Array,
  A: Float32Array,
  a: number,
  B: Float32Array,
  b: number,
  C: Float32Array,
  c: number,
) {
  const ax = A[a]!
  const ay = A[a + 1]!
  const bx = B[b]! - ax
  const by = B[b + 1]! - ay
  const cx = C[c]! - ax
  const cy = C[c + 1]! - ay
  const area = bx * cy - by * cx
  if (area === 0) return
  const left = Math.max(Math.ceil(ax + Math.min(0, bx, cx) - 0.5), 0)
  const right = Math.min(Math.floor(ax + Math.max(0, bx, cx) - 0.5), SIZE - 1)
  const top = Math.max(Math.ceil(ay + Math.min(0, by, cy) - 0.5), 0)
  const bottom = Math.min(Math.floor(ay + Math.max(0, by, cy) - 0.5), SIZE - 1)
  const az = A[a + 2]!
  const bz = B[b + 2]! - az
  const cz = C[c + 2]! - az
  const inverse = 1 / area
  for (let y = top; y <= bottom; y += 1) {
    const dy = y + 0.5 - ay
    for (let x = left; x <= right; x += 1) {
      const dx = x + 0.5 - ax
      const wb = (dx * cy - dy * cx) * inverse
      const wc = (dy * bx - dx * by) * inverse
      if (wb < 0 || wc < 0 || wb + wc > 1) continue
      const z = az + bz * wb + cz * wc
      if (z > map[y * SIZE + x]!) map[y * SIZE + x] = z
    }
  }
}

/** How much of the light reaches the point: 0 to 1, from the four places of the map around it. */
export function seenBy(
  { nearest, axes, middle, scale }: ShadowMap,
  px: number,
  py: number,
  pz: number,
): number {
  const { from, across, up } = axes
  const x = px - middle[0]
  const y = py - middle[1]
  const z = pz - middle[2]
  const mx = SIZE / 2 + (x * across[0] + y * across[1] + z * across[2]) * scale - 0.5
  const my = SIZE / 2 + (x * up[0] + y * up[1] + z * up[2]) * scale - 0.5
  if (mx < 0 || my < 0 || mx >= SIZE - 1 || my >= SIZE - 1) return 1
  const i = Math.floor(mx)
  const j = Math.floor(my)
  const tx = mx - i
  const ty = my - j
  const limit = x * from[0] + y * from[1] + z * from[2] + BIAS_CM
  const at = j * SIZE + i
  const top = (nearest[at]! <= limit ? 1 - tx : 0) + (nearest[at + 1]! <= limit ? tx : 0)
  const low = (nearest[at + SIZE]! <= limit ? 1 - tx : 0) + (nearest[at + SIZE + 1]! <= limit ? tx : 0)
  return top + (low - top) * ty
}
