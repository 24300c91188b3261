/** The colour of a point, from its material, the light that was baked, and what it mirrors of the room. */
import { type Colour, createFinish, type Material, type Spot } from '../materials/material.ts'
import { room, WINDOW } from './studio.ts'

/** How much a bent normal changes the light of the window. */
const RELIEF = 1.35

const finish = createFinish()
const mirrored = new Float64Array(3)

/**
 * `spot` has the smooth normal. `light` is red, green, blue and the open share; `view` points to the camera. Writes red,
 * green and blue to `out`.
 */
export function shade(
  material: Material,
  spot: Spot,
  light: Float64Array,
  vx: number,
  vy: number,
  vz: number,
  floor: Colour,
  out: Float64Array,
): void {
  const { nx, ny, nz } = spot
  spot.facing = nx * vx + ny * vy + nz * vz
  finish.rough = 0.6
  finish.gloss = 0.04
  finish.metal = finish.sheen = finish.glowRed = finish.glowGreen = finish.glowBlue = 0
  material(spot, finish)
  let relief = 1
  if (spot.nx !== nx || spot.ny !== ny || spot.nz !== nz) {
    const k = 1 / Math.sqrt(spot.nx * spot.nx + spot.ny * spot.ny + spot.nz * spot.nz)
    spot.nx *= k
    spot.ny *= k
    spot.nz *= k
    relief += RELIEF * ((spot.nx - nx) * WINDOW[0] + (spot.ny - ny) * WINDOW[1] + (spot.nz - nz) * WINDOW[2])
    if (relief < 0.15) relief = 0.15
  }
  const facing = Math.max(spot.nx * vx + spot.ny * vy + spot.nz * vz, 0.02)
  const { metal, rough, gloss } = finish
  const diffuse = (1 - metal) * relief
  const away = 1 - facing
  const grazing = away * away * away * away * away * (1 - rough * 0.75)
  // What hardly reflects is spared the look into the room.
  if (metal === 0 && gloss < 0.02) mirrored.fill(0.6)
  else {
    const turned = 2 * (spot.nx * vx + spot.ny * vy + spot.nz * vz)
    room(spot.nx * turned - vx, spot.ny * turned - vy, spot.nz * turned - vz, rough, floor, mirrored)
  }
  const open = Math.min(light[3]!, 1)
  // A corner that sees little of the room, and a place without light, mirror little.
  const level = (light[0]! + light[1]! + light[2]!) / 3
  const clear = (0.15 + 0.85 * open) * Math.min(1, 0.25 + level * 0.55)
  const dull = gloss + (1 - gloss) * grazing * Math.min(1, gloss * 25)
  const rim = finish.sheen > 0 ? finish.sheen * away * away * away * level : 0
  const fr = (dull + (finish.red + (1 - finish.red) * grazing - dull) * metal) * clear
  const fg = (dull + (finish.green + (1 - finish.green) * grazing - dull) * metal) * clear
  const fb = (dull + (finish.blue + (1 - finish.blue) * grazing - dull) * metal) * clear
  out[0] = finish.red * light[0]! * diffuse + mirrored[0]! * fr + rim * (0.4 + finish.red) + finish.glowRed
  out[1] =
    finish.green * light[1]! * diffuse + mirrored[1]! * fg + rim * (0.4 + finish.green) + finish.glowGreen
  out[2] = finish.blue * light[2]! * diffuse + mirrored[2]! * fb + rim * (0.4 + finish.blue) + finish.glowBlue
}
