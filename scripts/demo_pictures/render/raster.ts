/** Which triangle each of four samples of a pixel shows. Shading comes later, once for each pixel and thing. */
import type { Mesh } from '../shapes/mesh.ts'
import { type Camera, project } from './camera.ts'

export const SAMPLES = 4
/** A rotated grid: edges that are nearly level or upright get all steps. */
const SAMPLE_X = [0.375, 0.875, 0.125, 0.625]
const SAMPLE_Y = [0.125, 0.375, 0.625, 0.875]

/** Meshes as a camera sees them, one after another in common arrays. */
export type Stage = {
  readonly meshes: readonly Mesh[]
  readonly pixels: number
  readonly camera: Camera
  readonly x: Float32Array
  readonly y: Float32Array
  readonly depth: Float32Array
  /** First vertex and first triangle of each mesh. */
  readonly vertexOf: Int32Array
  readonly triangleOf: Int32Array
}

export type Visibility = {
  /** Four for each pixel: a triangle, or -1. */
  readonly ids: Int32Array
  readonly depth: Float32Array
}

export const createVisibility = (pixels: number): Visibility => ({
  ids: new Int32Array(pixels * pixels * SAMPLES),
  depth: new Float32Array(pixels * pixels * SAMPLES),
})

export function stageOf(meshes: readonly Mesh[], camera: Camera, pixels: number): Stage {
  const vertexOf = new Int32Array(meshes.length + 1)
  const triangleOf = new Int32Array(meshes.length + 1)
  meshes.forEach(({ columns, rows }, m) => {
    vertexOf[m + 1] = vertexOf[m]! + columns * rows
    triangleOf[m + 1] = triangleOf[m]! + (columns - 1) * (rows - 1) * 2
  })
  const count = vertexOf[meshes.length]!
  const [x, y, depth] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)]
  meshes.forEach(({ points }, m) => {
    for (let k = 0, at = vertexOf[m]!; k < points.length; k += 3, at += 1) {
      const p = project(camera, [points[k]!, points[k + 1]!, points[k + 2]!], pixels)
      x[at] = p[0]
      y[at] = p[1]
      depth[at] = p[2]
    }
  })
  return { meshes, pixels, camera, x, y, depth, vertexOf, triangleOf }
}

export type Side = 'front' | 'back'

/**
 * Draws the meshes that are chosen. Of closed ones only the side that is asked for; of sheets both, with the front.
 * Keeps what is in `into`: clear it first, or draw in front of what is there.
 */
export function rasterize(
  stage: Stage,
  into: Visibility,
  chosen: (mesh: Mesh) => boolean,
  side: Side = 'front',
): void {
  stage.meshes.forEach((mesh, m) => {
    if (!chosen(mesh) || (mesh.sheet && side === 'back')) return
    const { columns, rows } = mesh
    let id = stage.triangleOf[m]!
    for (let j = 0; j + 1 < rows; j += 1) {
      let a = stage.vertexOf[m]! + j * columns
      for (let i = 0; i + 1 < columns; i += 1, a += 1, id += 2) {
        triangle(stage, into, a, a + 1, a + columns, id, mesh.sheet, side)
        triangle(stage, into, a + 1, a + columns + 1, a + columns, id + 1, mesh.sheet, side)
      }
    }
  })
}

function triangle(
  stage: Stage,
  into: Visibility,
  a: number,
  b: number,
  c: number,
  id: number,
  both: boolean,
  side: Side,
) {
  const { x, y, depth, pixels } = stage
  const ax = x[a]!
  const ay = y[a]!
  let bx = x[b]!
  let by = y[b]!
  let cx = x[c]!
  let cy = y[c]!
  let area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  if (area === 0 || (!both && area < 0 !== (side === 'front'))) return
  const az = depth[a]!
  let bz = depth[b]!
  let cz = depth[c]!
  if (area < 0) {
    ;[bx, by, bz, cx, cy, cz] = [cx, cy, cz, bx, by, bz]
    area = -area
  }
  const left = Math.max(Math.floor(Math.min(ax, bx, cx)), 0)
  const right = Math.min(Math.floor(Math.max(ax, bx, cx)), pixels - 1)
  const top = Math.max(Math.floor(Math.min(ay, by, cy)), 0)
  const bottom = Math.min(Math.floor(Math.max(ay, by, cy)), pixels - 1)
  const inverse = 1 / area
  // Weight of b grows by `bdx` per pixel to the right; that of a is what is missing.
  const bdx = (cy - ay) * inverse
  const bdy = (cx - ax) * -inverse
  const cdx = (by - ay) * -inverse
  const cdy = (bx - ax) * inverse
  const { ids, depth: nearest } = into
  for (let s = 0; s < SAMPLES; s += 1) {
    const ox = SAMPLE_X[s]! - ax
    const oy = SAMPLE_Y[s]! - ay
    const b0 = ox * bdx + oy * bdy
    const c0 = ox * cdx + oy * cdy
    for (let py = top; py <= bottom; py += 1) {
      let wb = b0 + left * bdx + py * bdy
      let wc = c0 + left * cdx + py * cdy
      for (
        let at = (py * pixels + left) * SAMPLES + s, end = (py * pixels + right) * SAMPLES + s;
        at <= end;
        at += SAMPLES
      ) {
        if (wb >= 0 && wc >= 0 && wb + wc <= 1) {
          const z = az + (bz - az) * wb + (cz - az) * wc
          if (z < nearest[at]!) {
            nearest[at] = z
            ids[at] = id
          }
        }
        wb += bdx
        wc += cdx
      }
    }
  }
}
