/** A scene as a picture. One renderer keeps its buffers, because clearing them is cheaper than allocating them. */
import type { Mesh } from '../shapes/mesh.ts'
import { backdropOf, type Setting } from './backdrop.ts'
import { bake, type Lamp } from './bake.ts'
import { cameraOf, type View } from './camera.ts'
import { develop } from './develop.ts'
import { draw, shaderOf } from './draw.ts'
import { drawGlass } from './glass.ts'
import { createVisibility, rasterize, stageOf } from './raster.ts'

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
    rasterize(stage, visibility, (mesh) => !mesh.glass)
    draw(shader, visibility, backdropOf(set, camera, pixels, baked.ground, lamps), frame)
    if (things.some(({ glass }) => glass)) {
      for (const side of ['back', 'front'] as const) {
        visibility.ids.fill(-1)
        rasterize(stage, visibility, (mesh) => mesh.glass, side)
        drawGlass(shader, stage, visibility, frame)
      }
    }
    return develop(frame)
  }
}
