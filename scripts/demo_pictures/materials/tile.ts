/**
 * A table top that was computed once: a square of it, laid out again and again, each time mirrored so that no seam is
 * seen. Much faster than the material itself, and most pixels of a picture are table.
 */
import { createFinish, createSpot, type Material } from './material.ts'

const TILE_CM = 34
const SIZE = 1024
/** Red, green, blue, roughness, and the bend of the normal in x and z. */
const CHANNELS = 6

export function tiled(material: Material, gloss: number): Material {
  let tile: Float32Array | undefined
  return (spot, finish) => {
    tile ??= computed(material)
    const x = mirrored(spot.x / TILE_CM)
    const z = mirrored(spot.z / TILE_CM)
    const i = x | 0
    const j = z | 0
    const tx = x - i
    const tz = z - j
    const at = (j * SIZE + i) * CHANNELS
    const below = at + SIZE * CHANNELS
    const a = (1 - tx) * (1 - tz)
    const b = tx * (1 - tz)
    const c = (1 - tx) * tz
    const d = tx * tz
    finish.red = tile[at]! * a + tile[at + 6]! * b + tile[below]! * c + tile[below + 6]! * d
    finish.green = tile[at + 1]! * a + tile[at + 7]! * b + tile[below + 1]! * c + tile[below + 7]! * d
    finish.blue = tile[at + 2]! * a + tile[at + 8]! * b + tile[below + 2]! * c + tile[below + 8]! * d
    finish.rough = tile[at + 3]!
    spot.nx += tile[at + 4]! * a + tile[at + 10]! * b + tile[below + 4]! * c + tile[below + 10]! * d
    spot.nz += tile[at + 5]! * a + tile[at + 11]! * b + tile[below + 5]! * c + tile[below + 11]! * d
    finish.gloss = gloss
  }
}

/** There and back between 0 and the last point but one. */
function mirrored(t: number): number {
  const half = t * 0.5 + 0.27
  const within = (half - Math.floor(half)) * 2
  return (within < 1 ? within : 2 - within) * (SIZE - 2)
}

function computed(material: Material): Float32Array {
  const tile = new Float32Array(SIZE * SIZE * CHANNELS)
  const [spot, finish] = [createSpot(), createFinish()]
  for (let k = 0; k < SIZE * SIZE; k += 1) {
    spot.x = ((k % SIZE) / (SIZE - 2)) * TILE_CM
    spot.z = (Math.floor(k / SIZE) / (SIZE - 2)) * TILE_CM
    spot.y = spot.nx = spot.nz = 0
    spot.ny = 1
    material(spot, finish)
    const at = k * CHANNELS
    tile[at] = finish.red
    tile[at + 1] = finish.green
    tile[at + 2] = finish.blue
    tile[at + 3] = finish.rough
    tile[at + 4] = spot.nx
    tile[at + 5] = spot.nz
  }
  return tile
}
