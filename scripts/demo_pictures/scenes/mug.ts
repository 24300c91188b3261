import { glaze } from '../materials/ceramic.ts'
import { colour, type Material, paint } from '../materials/material.ts'
import { clouds } from '../materials/noise.ts'
import type { Scene } from '../render/render.ts'
import { evenly, through } from '../shapes/curve.ts'
import { corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { type Place, steps, turnY, type Vec } from '../shapes/vector.ts'
import { oakTable } from './table.ts'

/** The body of a glaze, and where it is thin. */
const GLAZES = {
  green: [colour('#5f9384'), colour('#b99b72')],
  white: [colour('#d9d2bf'), colour('#c2a67c')],
  blue: [colour('#2f4668'), colour('#a08a6c')],
} as const
type Glaze = keyof typeof GLAZES
const CLAY = colour('#b08a63')

const COFFEE: Material = (spot, finish) => {
  const r = Math.hypot(spot.x, spot.z)
  paint(finish, colour('#2a150a'), 1)
  if (r > 3.15) paint(finish, colour('#6b4120'), 0.5 + (r - 3.15))
  finish.rough = 0.06
  finish.gloss = 0.035
  spot.nx += 0.012 * clouds(spot.x / 9, spot.z / 9)
}

export function mug(place: Place, handle = 62, tone: Glaze = 'green'): Mesh[] {
  const around = glaze(...GLAZES[tone], CLAY, 1.15, 9.3)
  // The specks are spread around the cup, and would be dashes on its narrow handle.
  const onEar = glaze(...GLAZES[tone], CLAY, 1.15, 9.3, false)
  const wall = corners(
    [
      [0, 0.25],
      [2.9, 0.25],
      [3.05, 0],
      [3.5, 0],
      [3.95, 0.7],
      [4.25, 2.6],
      [4.2, 5.6],
      [3.95, 9.1],
      [3.92, 9.4],
      [3.66, 9.4],
      [3.62, 9.1],
      [3.8, 5.6],
      [3.85, 2.6],
      [3.3, 0.9],
      [0, 0.8],
    ],
    0.28,
  )
  const ear = evenly(
    through<Vec>([
      [3.9, 7.7, 0],
      [5.1, 8.15, 0],
      [6.5, 7.6, 0],
      [6.95, 5.9, 0],
      [6.3, 4.0, 0],
      [5.1, 2.9, 0],
      [3.95, 2.5, 0],
    ]),
  )
  const section = oblong(
    (t) => 1.35 - 0.25 * Math.sin(t * Math.PI),
    () => 0.72,
    2.6,
  )
  const turned = steps(turnY(-handle + 90), place)
  return [
    mesh(lathe(wall, 144, 150), { material: around, place: turned }),
    mesh(tube(ear, section, 28, 70, [0, 0, 1], 0.01), { material: onEar, place: turned }),
    mesh(
      lathe((t) => [3.72 * (1 - t), 7.5], 72, 14),
      { material: COFFEE, place: turned },
    ),
  ]
}

export const mugOnTable = (tone: Glaze = 'green'): Scene => ({
  view: { target: [0.8, 4.6, 0], pitch: 24, width: 20 },
  set: oakTable('#cfd3c8', 26),
  things: mug((p) => p, 62, tone),
})
export const mugFromAbove = (): Scene => ({
  view: { target: [0.9, 4.2, 0], pitch: 58, width: 18 },
  set: oakTable('#cfd3c8', 60),
  things: mug((p) => p, 40),
})
