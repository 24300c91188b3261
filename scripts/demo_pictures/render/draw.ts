/** Shades every pixel: things where samples show them, table and wall elsewhere, then glass in front of both. */
import { type Colour, createSpot } from '../materials/material.ts'
import type { Mesh } from '../shapes/mesh.ts'
import type { Baked } from './bake.ts'
import { SAMPLES, type Stage, type Visibility } from './raster.ts'
import { shade } from './shade.ts'

export type Frame = { readonly pixels: number; readonly rgb: Float32Array }

/** Writes the colour of what is behind a pixel. */
export type Backdrop = (px: number, py: number, out: Float64Array) => void

const spot = createSpot()
const light = new Float64Array(4)
const colour = new Float64Array(3)
const sum = new Float64Array(3)

/** What a triangle of the stage shows at a pixel, as red, green and blue in `out`. */
export function shaderOf(stage: Stage, baked: readonly Baked[], floor: Colour) {
  const { triangleOf, vertexOf, x, y, camera, pixels } = stage
  let m = 0
  const meshOf = (id: number): number => {
    if (id >= triangleOf[m]! && id < triangleOf[m + 1]!) return m
    m = 0
    while (id >= triangleOf[m + 1]!) m += 1
    return m
  }
  const at = (id: number, px: number, py: number, out: Float64Array): Mesh => {
    const index = meshOf(id)
    const mesh = stage.meshes[index]!
    const { columns, points, normals, local } = mesh
    const cell = (id - triangleOf[index]!) >> 1
    const upper = (id - triangleOf[index]!) & 1
    const i = cell % (columns - 1)
    const j = (cell - i) / (columns - 1)
    const first = j * columns + i
    const a = upper ? first + 1 : first
    const b = upper ? first + columns + 1 : first + 1
    const c = first + columns
    const base = vertexOf[index]!
    const ax = x[base + a]!
    const ay = y[base + a]!
    const bx = x[base + b]! - ax
    const by = y[base + b]! - ay
    const cx = x[base + c]! - ax
    const cy = y[base + c]! - ay
    const area = bx * cy - by * cx
    const dx = px + 0.5 - ax
    const dy = py + 0.5 - ay
    const wb = Math.min(Math.max((dx * cy - dy * cx) / area, 0), 1)
    const wc = Math.min(Math.max((dy * bx - dx * by) / area, 0), 1 - wb)
    const wa = 1 - wb - wc
    const seenFromBehind = area > 0 && mesh.sheet
    const sign = seenFromBehind ? -1 : 1
    const [a3, b3, c3] = [a * 3, b * 3, c * 3]
    const nx = (normals[a3]! * wa + normals[b3]! * wb + normals[c3]! * wc) * sign
    const ny = (normals[a3 + 1]! * wa + normals[b3 + 1]! * wb + normals[c3 + 1]! * wc) * sign
    const nz = (normals[a3 + 2]! * wa + normals[b3 + 2]! * wb + normals[c3 + 2]! * wc) * sign
    const k = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1)
    spot.nx = nx * k
    spot.ny = ny * k
    spot.nz = nz * k
    spot.x = local[a3]! * wa + local[b3]! * wb + local[c3]! * wc
    spot.y = local[a3 + 1]! * wa + local[b3 + 1]! * wb + local[c3 + 1]! * wc
    spot.z = local[a3 + 2]! * wa + local[b3 + 2]! * wb + local[c3 + 2]! * wc
    spot.u = (i + (upper ? wa + wb : wb)) / (columns - 1)
    spot.v = (j + (upper ? wb + wc : wc)) / (mesh.rows - 1)
    const irradiance = seenFromBehind ? baked[index]!.back! : baked[index]!.front
    for (let n = 0; n < 4; n += 1)
      light[n] = irradiance[a * 4 + n]! * wa + irradiance[b * 4 + n]! * wb + irradiance[c * 4 + n]! * wc
    const vx = camera.eye[0] - (points[a3]! * wa + points[b3]! * wb + points[c3]! * wc)
    const vy = camera.eye[1] - (points[a3 + 1]! * wa + points[b3 + 1]! * wb + points[c3 + 1]! * wc)
    const vz = camera.eye[2] - (points[a3 + 2]! * wa + points[b3 + 2]! * wb + points[c3 + 2]! * wc)
    const v = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz)
    shade(mesh.material, spot, light, vx * v, vy * v, vz * v, floor, out)
    return mesh
  }
  return { at, meshOf, spot, pixels }
}

export type Shader = ReturnType<typeof shaderOf>

export function draw(shader: Shader, { ids }: Visibility, backdrop: Backdrop, { rgb, pixels }: Frame): void {
  for (let py = 0, p = 0; py < pixels; py += 1) {
    for (let px = 0; px < pixels; px += 1, p += 1) {
      const one = ids[p * SAMPLES]!
      const thing = one < 0 ? -1 : shader.meshOf(one)
      if (alike(shader, ids, p, one, thing)) {
        if (one < 0) backdrop(px, py, colour)
        else shader.at(one, px, py, colour)
        rgb[p * 3] = colour[0]!
        rgb[p * 3 + 1] = colour[1]!
        rgb[p * 3 + 2] = colour[2]!
        continue
      }
      sum[0] = sum[1] = sum[2] = 0
      // Samples that show one thing are shaded once.
      for (let s = 0, done = 0; done !== 15; s += 1) {
        if (done & (1 << s)) continue
        const id = ids[p * SAMPLES + s]!
        const thing = id < 0 ? -1 : shader.meshOf(id)
        let count = 0
        for (let other = s; other < SAMPLES; other += 1) {
          const otherId = ids[p * SAMPLES + other]!
          if (done & (1 << other) || (otherId < 0 ? -1 : shader.meshOf(otherId)) !== thing) continue
          done |= 1 << other
          count += 1
        }
        if (id < 0) backdrop(px, py, colour)
        else shader.at(id, px, py, colour)
        for (let c = 0; c < 3; c += 1) sum[c]! += Math.min(colour[c]!, 6) * count
      }
      for (let c = 0; c < 3; c += 1) rgb[p * 3 + c] = sum[c]! / SAMPLES
    }
  }
}

function alike(shader: Shader, ids: Int32Array, p: number, one: number, thing: number): boolean {
  for (let s = 1; s < SAMPLES; s += 1) {
    const id = ids[p * SAMPLES + s]!
    if (id !== one && (id < 0 || thing < 0 || shader.meshOf(id) !== thing)) return false
  }
  return true
}
