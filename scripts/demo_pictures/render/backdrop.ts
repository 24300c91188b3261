/** The table, and the wall behind it with the light of the window on it. */
import { type Colour, createSpot, type Material } from '../materials/material.ts'
import { clouds, grain } from '../materials/noise.ts'
import { clamp, smoothstep } from '../shapes/vector.ts'
import { type GroundLight, groundLight, type Lamp } from './bake.ts'
import type { Camera } from './camera.ts'
import type { Backdrop } from './draw.ts'
import { shade } from './shade.ts'

export type Setting = {
  readonly table: Material
  /** The mean colour of the table, for the light that it throws back. */
  readonly tableColour: Colour
  readonly wall: Colour
  /** How far behind the middle the table ends, in centimetres. */
  readonly depth?: number
  /** Share of the light of the window; less for what shines itself. */
  readonly daylight?: number
}

/** The wall stands this far behind the end of the table, so that no shadow falls on it. */
const GAP_CM = 14
/** The end of the table is out of focus. */
const BLUR_CM = 0.8

const spot = createSpot()
const light = new Float64Array(4)
const front = new Float64Array(3)

export function backdropOf(
  set: Setting,
  camera: Camera,
  pixels: number,
  ground: GroundLight,
  lamps: readonly Lamp[],
): Backdrop {
  const { eye, ahead, right, up, zoom } = camera
  const end = -(set.depth ?? 30)
  const wallZ = end - GAP_CM
  const wallAt = (dx: number, dy: number, dz: number, out: Float64Array) => {
    const t = (wallZ - eye[2]) / dz
    wall(set, eye[0] + dx * t, eye[1] + dy * t, lamps, wallZ, out)
  }
  return (px, py, out) => {
    const sx = (px + 0.5 - pixels / 2) / zoom
    const sy = (pixels / 2 - py - 0.5) / zoom
    const dx = ahead[0] + right[0] * sx + up[0] * sy
    const dy = ahead[1] + right[1] * sx + up[1] * sy
    const dz = ahead[2] + right[2] * sx + up[2] * sy
    const t = -eye[1] / dy
    const z = eye[2] + dz * t
    if (dy >= -1e-6 || z < end - BLUR_CM) return wallAt(dx, dy, dz, out)
    const x = eye[0] + dx * t
    spot.nx = spot.nz = 0
    spot.ny = 1
    spot.x = x
    spot.y = 0
    spot.z = z
    groundLight(ground, x, z, light)
    const k = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz)
    shade(set.table, spot, light, -dx * k, -dy * k, -dz * k, set.tableColour, out)
    // Less light far from the window, and at the far end of the table.
    const fall = 1 - 0.12 * smoothstep(5, 45, x) - 0.16 * smoothstep(-8, end, z)
    for (let c = 0; c < 3; c += 1) out[c]! *= fall
    if (z >= end + BLUR_CM) return
    const share = smoothstep(end - BLUR_CM, end + BLUR_CM, z)
    wallAt(dx, dy, dz, front)
    for (let c = 0; c < 3; c += 1) out[c] = front[c]! + (out[c]! - front[c]!) * share
  }
}

function wall(
  { wall: base, daylight = 1 }: Setting,
  x: number,
  y: number,
  lamps: readonly Lamp[],
  wallZ: number,
  out: Float64Array,
) {
  // The light of the window falls across it at a slant, softly.
  const across = x + y * 0.55
  const patch = smoothstep(-46, -14, across) * smoothstep(22, -12, across)
  const level =
    0.72 + 0.5 * patch + 0.2 * clamp(-x / 50) - 0.18 * smoothstep(0, 40, x) - 0.16 * smoothstep(4, -10, y)
  const plaster = 1 + 0.05 * clouds(x / 60, y / 60) + 0.022 * grain(x / 26, y / 26)
  for (let c = 0; c < 3; c += 1) {
    const warm = 1 + (1 - c) * 0.035 * (patch - 0.4)
    let arriving = 1.55 * level * warm * daylight
    for (const lamp of lamps) {
      const [dx, dy, dz] = [x - lamp.at[0], y - lamp.at[1], wallZ - lamp.at[2]]
      arriving +=
        (lamp.colour[c]! * (lamp.cone === undefined ? 0.8 : 0.35)) /
        ((dx * dx + dy * dy + dz * dz) / lamp.reach ** 2 + 0.25)
    }
    out[c] = base[c]! * arriving * plaster
  }
}
