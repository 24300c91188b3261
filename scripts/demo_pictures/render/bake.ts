/**
 * The light that arrives at each vertex: from every direction of the studio, as far as nothing stands in the way. Soft
 * shadows, contact shadows and dark corners all come from this.
 */
import type { Colour } from '../materials/material.ts'
import type { Mesh } from '../shapes/mesh.ts'
import { cross, dot, smoothstep, unit, type Vec } from '../shapes/vector.ts'
import { createShadowMap, drawShadow, reachOf, type ShadowMap, seenBy } from './shadow_map.ts'
import { LIGHTS } from './studio.ts'

/** A flame or a bulb: shines on everything within reach, without shadows. `cone`: downward only, up to this cosine. */
export type Lamp = {
  readonly at: Vec
  readonly colour: Colour
  readonly reach: number
  readonly cone?: number
}

/** Red, green, blue, and the share of the room that is seen from there; four numbers for each vertex. */
export type Baked = { readonly front: Float32Array; readonly back: Float32Array | undefined }

/** A receiver: points with normals, and where their light is summed. `points` and `normals` have three numbers each. */
type Receiver = {
  readonly points: Float32Array
  readonly normals: Float32Array
  readonly sum: Float32Array
  readonly sign: number
}

/** Light that comes up from the table, per colour of the table. */
const BOUNCE = 0.62
/** What light that was thrown back often leaves even in the deepest corner. */
const DEEPEST = 0.05
/** Points are checked from a little above the surface, because a shadow map is coarse. */
const LIFT_CM = 0.09

export type GroundLight = {
  readonly left: number
  readonly far: number
  readonly step: number
  readonly count: number
  readonly light: Float32Array
}
const GROUND_POINTS = 168

export function bake(
  meshes: readonly Mesh[],
  lamps: readonly Lamp[],
  table: Colour,
  daylight = 1,
): { meshes: Baked[]; ground: GroundLight } {
  const reach = reachOf(meshes)
  const ground = groundGrid(reach)
  const baked = meshes.map((mesh): Baked => {
    const size = (mesh.points.length / 3) * 4
    return { front: new Float32Array(size), back: mesh.sheet ? new Float32Array(size) : undefined }
  })
  const receivers: Receiver[] = [ground.receiver]
  meshes.forEach(({ points, normals }, m) => {
    receivers.push({ points, normals, sum: baked[m]!.front, sign: 1 })
    const { back } = baked[m]!
    if (back) receivers.push({ points, normals, sum: back, sign: -1 })
  })
  const map = createShadowMap()
  LIGHTS.forEach(({ from, colour, key }, index) => {
    const across = unit(cross([0, 1, 0.01], from))
    const up = cross(from, across)
    drawShadow(map, meshes, reach, { from, across, up }, index / LIGHTS.length)
    const dimmed: Colour = [colour[0] * daylight, colour[1] * daylight, colour[2] * daylight]
    for (const receiver of receivers) receive(receiver, map, from, dimmed, key)
  })
  for (const receiver of receivers) finish(receiver, lamps, table)
  return { meshes: baked, ground: { ...ground.grid, light: ground.receiver.sum } }
}

const ROOM_COUNT = LIGHTS.filter(({ key }) => !key).length

function receive(
  { points, normals, sum, sign }: Receiver,
  map: ShadowMap,
  from: Vec,
  colour: Colour,
  key: boolean,
) {
  const [fx, fy, fz] = from
  for (let k = 0, at = 0; k < points.length; k += 3, at += 4) {
    const nx = normals[k]! * sign
    const ny = normals[k + 1]! * sign
    const nz = normals[k + 2]! * sign
    const facing = nx * fx + ny * fy + nz * fz
    if (facing <= 0) continue
    const lit = seenBy(
      map,
      points[k]! + nx * LIFT_CM,
      points[k + 1]! + ny * LIFT_CM,
      points[k + 2]! + nz * LIFT_CM,
    )
    if (lit === 0) continue
    const share = facing * lit
    sum[at]! += colour[0] * share
    sum[at + 1]! += colour[1] * share
    sum[at + 2]! += colour[2] * share
    if (!key) sum[at + 3]! += (share * 2) / ROOM_COUNT
  }
}

function finish({ points, normals, sum, sign }: Receiver, lamps: readonly Lamp[], table: Colour) {
  for (let k = 0, at = 0; k < points.length; k += 3, at += 4) {
    const open = Math.min(sum[at + 3]!, 1)
    const ny = normals[k + 1]! * sign
    const bounce =
      BOUNCE * (0.5 - 0.5 * ny) * (0.3 + 0.7 * Math.min(1, open * 2 + Math.min(points[k + 1]! / 12, 0.4)))
    for (let c = 0; c < 3; c += 1) sum[at + c]! += table[c]! * bounce + DEEPEST
    for (const lamp of lamps) {
      const d: Vec = [lamp.at[0] - points[k]!, lamp.at[1] - points[k + 1]!, lamp.at[2] - points[k + 2]!]
      const square = dot(d, d)
      const facing = (dot(d, [normals[k]!, normals[k + 1]!, normals[k + 2]!]) * sign) / Math.sqrt(square || 1)
      const strength = Math.max(facing * 0.85 + 0.15, 0) / (square / lamp.reach ** 2 + 0.25)
      const aimed =
        lamp.cone === undefined
          ? 1
          : smoothstep(lamp.cone - 0.12, lamp.cone + 0.12, d[1] / Math.sqrt(square || 1))
      for (let c = 0; c < 3; c += 1) sum[at + c]! += lamp.colour[c]! * strength * aimed
    }
  }
}

/** The part of the table that shadows reach. Beyond its edge the table is lit as at its edge. */
function groundGrid(reach: ReturnType<typeof reachOf>) {
  const half = reach.radius * 1.5
  const step = (half * 2) / (GROUND_POINTS - 1)
  const left = reach.middle[0] - half * 0.75
  const far = reach.middle[2] - half
  const points = new Float32Array(GROUND_POINTS ** 2 * 3)
  const normals = new Float32Array(GROUND_POINTS ** 2 * 3)
  for (let k = 0; k < GROUND_POINTS ** 2; k += 1) {
    points[k * 3] = left + (k % GROUND_POINTS) * step
    points[k * 3 + 2] = far + Math.floor(k / GROUND_POINTS) * step
    normals[k * 3 + 1] = 1
  }
  const receiver: Receiver = { points, normals, sum: new Float32Array(GROUND_POINTS ** 2 * 4), sign: 1 }
  return { grid: { left, far, step, count: GROUND_POINTS }, receiver }
}

/** Light at a point of the table, between those of the grid. */
export function groundLight(
  { left, far, step, count, light }: GroundLight,
  x: number,
  z: number,
  out: Float64Array,
): void {
  const gx = Math.min(Math.max((x - left) / step, 0), count - 1.001)
  const gz = Math.min(Math.max((z - far) / step, 0), count - 1.001)
  const i = Math.floor(gx)
  const j = Math.floor(gz)
  const tx = gx - i
  const tz = gz - j
  const at = (j * count + i) * 4
  const below = at + count * 4
  for (let c = 0; c < 4; c += 1) {
    const near = light[at + c]! + (light[at + 4 + c]! - light[at + c]!) * tx
    const next = light[below + c]! + (light[below + 4 + c]! - light[below + c]!) * tx
    out[c] = near + (next - near) * tz
  }
}
