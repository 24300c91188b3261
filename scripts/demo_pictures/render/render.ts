/** A scene as a picture. One renderer keeps its buffers, because clearing them is cheaper than allocating them. */
import type { Clear, Mesh } from '../shapes/mesh.ts'
import { backdropOf, type Setting } from './backdrop.ts'
import { bake, type Lamp } from './bake.ts'
import { cameraOf, type View } from './camera.ts'
import { develop } from './develop.ts'
import { draw, shaderOf } from './draw.ts'
import { drawClear } from './glass.ts'
import { createVisibility, rasterize, type Side, stageOf } from './raster.ts'

export type Scene = {
  readonly view: View
  readonly set: Setting
  readonly things: readonly Mesh[]
  readonly lamps?: readonly Lamp[]
}

export function createRenderer(pixels: number): (scene: Scene) => Promise<Buffer> {
  const visibility = createVisibility(pixels)
  const frame = { pixels, rgb: new Float32Array(pixels * pixels * 3) }
  return ({ view, set, things, lamps = [] }) => {
    const camera = cameraOf(view, pixels)
    const stage = stageOf(things, camera, pixels)
    const baked = bake(things, lamps, set.tableColour, set.daylight)
    const shader = shaderOf(stage, baked.meshes, set.tableColour)
    visibility.ids.fill(-1)
    visibility.depth.fill(1e9)
    rasterize(stage, visibility, (mesh) => mesh.clear === undefined)
    draw(shader, visibility, backdropOf(set, camera, pixels, baked.ground, lamps), frame)
    const inFront = (chosen: (mesh: Mesh) => boolean, side: Side, through: Clear) => {
      if (!things.some(chosen)) return
      visibility.ids.fill(-1)
      rasterize(stage, visibility, chosen, side)
      drawClear(shader, stage, visibility, frame, through)
    }
    for (const side of ['back', 'front'] as const) inFront(({ clear }) => clear === 'glass', side, 'glass')
    // One by one: each adds its light.
    for (const light of things.filter(({ clear }) => clear === 'light'))
      inFront((mesh) => mesh === light, 'front', 'light')
    return develop(frame)
  }
}
