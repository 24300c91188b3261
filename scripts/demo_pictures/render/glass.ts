/** Thin clear glass: what is behind it, bent and darkened towards the edges, with the window mirrored in it. And light. */
import type { Clear } from '../shapes/mesh.ts'
import type { Frame, Shader } from './draw.ts'
import { SAMPLES, type Stage, type Visibility } from './raster.ts'

/** Pixels (of 1600) that the background is shifted at a steep edge. */
const BEND = 34

const colour = new Float64Array(3)

export function drawClear(
  shader: Shader,
  stage: Stage,
  { ids }: Visibility,
  { rgb, pixels }: Frame,
  kind: Clear,
): void {
  const first = ids.findIndex((id) => id >= 0)
  if (first < 0) return
  const top = Math.floor(first / SAMPLES / pixels)
  const bottom = Math.floor(ids.findLastIndex((id) => id >= 0) / SAMPLES / pixels)
  const start = Math.max(top - BEND, 0) * pixels * 3
  const behind = rgb.slice(start, Math.min(bottom + BEND + 1, pixels) * pixels * 3)
  const { right, up } = stage.camera
  const glass = kind === 'glass' ? 1 : 0
  const { spot } = shader
  for (let py = top; py <= bottom; py += 1) {
    for (let px = 0; px < pixels; px += 1) {
      const p = py * pixels + px
      let count = 0
      let id = -1
      for (let s = 0; s < SAMPLES; s += 1) {
        const sample = ids[p * SAMPLES + s]!
        if (sample < 0) continue
        count += 1
        id = sample
      }
      if (id < 0) continue
      shader.at(id, px, py, colour)
      const edge = 1 - Math.min(Math.abs(spot.facing), 1)
      const bend = glass * ((BEND * edge * edge * pixels) / 1600)
      const across = spot.nx * right[0] + spot.ny * right[1] + spot.nz * right[2]
      const upward = spot.nx * up[0] + spot.ny * up[1] + spot.nz * up[2]
      const sx = Math.min(Math.max(Math.round(px - across * bend), 0), pixels - 1)
      const sy = Math.min(Math.max(Math.round(py + upward * bend), 0), pixels - 1)
      const from = (sy * pixels + sx) * 3 - start
      const through = 1 - glass * (0.05 + 0.5 * edge * edge * edge * edge)
      const share = count / SAMPLES
      for (let c = 0; c < 3; c += 1) {
        // Thick glass is a little green.
        const seen =
          behind[from + c]! * through * (c === 1 ? 1 : 1 - glass * 0.05 * edge) + Math.min(colour[c]!, 6)
        rgb[p * 3 + c]! += (seen - rgb[p * 3 + c]!) * share
      }
    }
  }
}
