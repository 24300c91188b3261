/**
 * The studio that all pictures were taken in: one soft window at the upper left, a pale room, a warm table that
 * throws light back. What surfaces receive (`lights`) and what they mirror (`room`) is the same window.
 */
import type { Colour } from '../materials/material.ts'
import { dice } from '../materials/noise.ts'
import { add, cross, scale, smoothstep, unit, type Vec } from '../shapes/vector.ts'

/** Towards the middle of the window. */
export const WINDOW: Vec = unit([-0.8, 0.78, 0.42])
const ACROSS = unit(cross([0, 1, 0], WINDOW))
const UPWARD = cross(WINDOW, ACROSS)
const WINDOW_WIDTH = 0.27
const WINDOW_HEIGHT = 0.32
const WINDOW_LIGHT: Colour = [2.95, 2.72, 2.4]
const WINDOW_SAMPLES = [4, 4] as const
const ROOM_SAMPLES = 20

export type Light = { readonly from: Vec; readonly colour: Colour; readonly key: boolean }

/** Directions that light comes from, with what each brings to a surface that faces it. */
export const LIGHTS: readonly Light[] = [...windowLights(), ...roomLights()]

function windowLights(): Light[] {
  const roll = dice(5)
  const [columns, rows] = WINDOW_SAMPLES
  return Array.from({ length: columns * rows }, (_, k) => {
    const across = ((((k % columns) + roll()) / columns) * 2 - 1) * WINDOW_WIDTH
    const up = (((Math.floor(k / columns) + roll()) / rows) * 2 - 1) * WINDOW_HEIGHT
    const from = unit(add(WINDOW, add(scale(ACROSS, across), scale(UPWARD, up))))
    return { from, colour: scaled(WINDOW_LIGHT, 1 / (columns * rows)), key: true }
  })
}

/** The rest of the hemisphere, evenly spread. Twice the mean: a surface facing up receives half of it. */
function roomLights(): Light[] {
  return Array.from({ length: ROOM_SAMPLES }, (_, k) => {
    const y = 0.06 + (0.92 * (k + 0.5)) / ROOM_SAMPLES
    const angle = k * 2.399963
    const r = Math.sqrt(1 - y * y)
    const from: Vec = [r * Math.cos(angle), y, r * Math.sin(angle)]
    return { from, colour: scaled(wallLight(from[0], from[1], from[2]), 2 / ROOM_SAMPLES), key: false }
  })
}
function scaled(c: Colour, k: number): Colour {
  return [c[0] * k, c[1] * k, c[2] * k]
}

/** The walls and the ceiling: brighter and warmer on the side of the window, cool and dim on the other. */
function wallLight(x: number, y: number, z: number): Colour {
  const side = 0.5 - 0.5 * x
  const strength = 0.26 + 0.24 * side + 0.16 * y + 0.08 * z
  return [strength * (0.92 + 0.08 * side), strength * 0.97, strength * (1.06 - 0.08 * side)]
}

/** What a mirror shows in a direction; `rough` blurs it. Written to `out`. */
export function room(x: number, y: number, z: number, rough: number, floor: Colour, out: Float64Array): void {
  const side = 0.5 - 0.5 * x
  const strength = (0.5 + 0.55 * side + 0.4 * Math.max(y, 0)) * (z > 0 ? 1 : 1 + 0.35 * z)
  const below = smoothstep(0.12 + rough * 0.5, -0.12 - rough * 0.5, y)
  out[0] = strength + (floor[0] * 1.25 - strength) * below
  out[1] = strength * 1.01 + (floor[1] * 1.25 - strength) * below
  out[2] = strength * 1.04 + (floor[2] * 1.25 - strength) * below
  const ahead = x * WINDOW[0] + y * WINDOW[1] + z * WINDOW[2]
  const soft = 0.05 + rough * 0.75
  if (ahead > 0.15) {
    const across = Math.abs(x * ACROSS[0] + z * ACROSS[2]) / ahead
    const up = (x * UPWARD[0] + y * UPWARD[1] + z * UPWARD[2]) / ahead
    const width = WINDOW_WIDTH * 0.9
    const height = WINDOW_HEIGHT * 1.25
    let light =
      smoothstep(width + soft, width - soft, across) *
      smoothstep(height + soft, height - soft, up) *
      smoothstep(-4 - soft, -1.4 - soft, up)
    // The bar of the window, seen in what is polished.
    if (rough < 0.25) light *= 1 - 0.75 * smoothstep(0.035 + soft * 0.4, 0.01, across)
    light *= 4.6 / (1 + rough * 3.2)
    out[0]! += light
    out[1]! += light * 0.95
    out[2]! += light * 0.87
  }
  // A white board on the right fills the shadows.
  const board = smoothstep(0.55 - soft, 0.85 + soft * 0.3, x) * smoothstep(-0.2 - soft, 0.15, y) * 0.55
  out[0]! += board
  out[1]! += board
  out[2]! += board
}
