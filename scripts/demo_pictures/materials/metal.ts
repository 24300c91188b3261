import { blend, type Colour, colour, darken, type Material, paint } from './material.ts'
import { clouds, fibres, grain } from './noise.ts'

export const STEEL = colour('#c9cacb')
export const BRASS = colour('#dbae62')

/** Metal that was brushed along x of the thing, or turned if `turned`. */
export function metal(tone: Colour, rough = 0.3, turned = false): Material {
  return (spot, finish) => {
    const line = turned ? fibres(spot.u * 0.4, spot.y / 5) : fibres(spot.x / 30, (spot.z + spot.y) / 4)
    paint(finish, tone, 1 + 0.08 * line)
    spot.nz += 0.035 * line
    finish.rough = rough + 0.06 * line
    finish.metal = 1
  }
}

/** Cast iron that was oiled and burnt in: black, pitted, with a dull shine. */
export const castIron: Material = (spot, finish) => {
  const { x, y, z } = spot
  const pits = grain((x + y * 0.6) / 7, (z - y * 0.5) / 7)
  const seasoning = clouds(x / 24, (z + y) / 24)
  paint(finish, [0.03, 0.0285, 0.028], 1 + 0.3 * pits)
  blend(finish, [0.06, 0.045, 0.034], Math.max(0, 0.25 + seasoning * 0.6))
  spot.nx += 0.1 * pits
  spot.nz += 0.1 * grain(z / 7, x / 7)
  spot.ny += 0.06 * pits
  finish.rough = 0.36 + 0.12 * seasoning
  finish.gloss = 0.085
}

/** Sheet metal with rows of holes around a lathe, as a filter has. */
export function perforated(tone: Colour, around: number, up: number): Material {
  const solid = metal(tone, 0.42, true)
  return (spot, finish) => {
    solid(spot, finish)
    const row = Math.floor(spot.y * up)
    const a = spot.u * around + (row & 1) * 0.5
    const hole = Math.hypot(a - Math.floor(a) - 0.5, spot.y * up - row - 0.5)
    if (hole < 0.3) {
      darken(finish, 0.2)
      finish.rough = 0.9
    }
  }
}
