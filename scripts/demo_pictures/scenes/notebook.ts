import { blend, colour, type Material, paint } from '../materials/material.ts'
import { BRASS, metal } from '../materials/metal.ts'
import { fibres, grain } from '../materials/noise.ts'
import { lacquer } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import { wood } from '../materials/wood.ts'
import type { Scene } from '../render/render.ts'
import { through } from '../shapes/curve.ts'
import { bar, block, oblong, sheet, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { slab } from '../shapes/slab.ts'
import { move, type Place, steps, turnX, turnY, turnZ, type Vec } from '../shapes/vector.ts'
import { ASH, oakTable } from './table.ts'

const [WIDTH, HEIGHT] = [14.2, 21]
const DOT_CM = 0.5
const CREAM = colour('#f0e9da')
const CLOTH = weave({ warp: colour('#3f5d63'), weft: colour('#36525a'), threads: 14, slub: 0.6 })

const dotted: Material = (spot, finish) => {
  paint(finish, CREAM, 1 + 0.02 * grain(spot.x / 8, spot.z / 8))
  finish.rough = 0.95
  finish.gloss = 0.012
  const [x, z] = [spot.x / DOT_CM, spot.z / DOT_CM]
  const d = Math.hypot(x - Math.round(x), z - Math.round(z))
  if (Math.abs(spot.z) < HEIGHT / 2 - 0.6 && Math.abs(spot.x) < WIDTH - 0.6)
    blend(finish, colour('#5d6468'), d < 0.09 ? 0.85 : d < 0.14 ? 0.85 * (0.14 - d) * 20 : 0)
}
/** The cut edge of many pages. */
const edges: Material = (spot, finish) => {
  paint(finish, CREAM, 0.92 + 0.18 * fibres((spot.x + spot.z) / 60, spot.y / 1.6))
  finish.rough = 1
  finish.gloss = 0
}

/** Height of the open pages at a distance from the spine: up in a curve, then slowly down. */
const rise = (x: number, thick: number) => thick * (1 - Math.exp(-x * 1.1)) * (1 - 0.035 * x) + 0.12

function half(side: 1 | -1, thick: number, place: Place): Mesh[] {
  const page = sheet(
    WIDTH,
    HEIGHT,
    (u) => {
      const x = u * WIDTH
      return [side * x - (u - 0.5) * WIDTH, rise(x, thick), 0]
    },
    64,
    90,
  )
  // Mirrored to the left it would be seen from below: a sheet is drawn from both sides.
  const front = sheet(
    WIDTH,
    0,
    (u, v) => {
      const x = u * WIDTH
      return [side * x - (u - 0.5) * WIDTH, 0.1 + (rise(x, thick) - 0.1) * v, HEIGHT / 2]
    },
    40,
    6,
  )
  const fore = sheet(
    0,
    HEIGHT,
    (u, v) => [side * (WIDTH + 0.04 * (1 - u)), 0.1 + (rise(WIDTH, thick) - 0.1) * u, v * 0],
    6,
    24,
  )
  const look = { sheet: true, place }
  return [
    mesh(page, { ...look, material: dotted }),
    mesh(front, { ...look, material: edges }),
    mesh(fore, { ...look, material: edges }),
  ]
}

function pencil(place: Place, length = 17): Mesh[] {
  const paintwork = lacquer(colour('#b5532f'), 0.3)
  const hexagon = oblong(0.72, 0.72, 3)
  return [
    mesh(
      tube((t) => [t * length, 0, 0], hexagon, 24, 24, [0, 1, 0], 0.02),
      { material: paintwork, place },
    ),
    mesh(
      bar([length - 0.05, 0, 0], [length + 1.9, 0, 0], (t) => 0.35 * (1 - t) + 0.045, 24, 24),
      {
        material: (spot, finish) =>
          spot.x > length + 1.45 ? paint(finish, [0.03, 0.03, 0.03]) : wood(ASH, 0.2)(spot, finish),
        place,
      },
    ),
    mesh(bar([-1.1, 0, 0], [0.05, 0, 0], 0.37, 24, 14), { material: metal(BRASS, 0.3), place }),
  ]
}

export function notebookOpen(): Scene {
  const place = steps(turnY(-14), move(-0.4, 0, 0))
  const cover = slab([WIDTH * 2 + 0.9, 0.24, HEIGHT + 0.7], 0.9)
  const ribbon = through<Vec>([
    [0.15, 1.0, -9],
    [0.2, 0.95, 0],
    [0.3, 0.9, 9.8],
    [0.9, 0.7, 11],
    [1.6, 0.12, 12.4],
    [1.2, 0.06, 14.5],
  ])
  return {
    view: { target: [-0.4, 0, 0.6], pitch: 50, width: 40 },
    set: oakTable('#d8d2c6'),
    things: [
      mesh(cover, { material: CLOTH, place }),
      ...half(-1, 0.95, place),
      ...half(1, 1.15, place),
      mesh(tube(ribbon, oblong(0.5, 0.06, 4), 12, 40), { material: lacquer(colour('#b5532f'), 0.7), place }),
      ...pencil(steps(turnX(10), turnZ(-1), turnY(58), move(2.6, 1.62, 6.2), place)),
    ],
  }
}

/** Closed, with its elastic band; a second one beneath it. */
export function notebookClosed(): Scene {
  const [w, h] = [WIDTH, HEIGHT]
  const book = (place: Place, cloth: Material, band: string): Mesh[] => [
    mesh(slab([w, 0.22, h], 0.9), { material: cloth, place }),
    mesh(slab([w - 0.5, 1.3, h - 0.5], 0.7, 0.02), { material: edges, place: steps(move(0, 0.2, 0), place) }),
    mesh(slab([w, 0.24, h], 0.9, 0.1, 160, 90), { material: cloth, place: steps(move(0, 1.48, 0), place) }),
    mesh(block([0.4, 1.72, h], 8, 24, 24), {
      material: cloth,
      place: steps(move(-w / 2 + 0.12, 0.86, 0), place),
    }),
    mesh(block([0.62, 1.86, h + 0.24], 14, 24, 40), {
      material: lacquer(colour(band), 0.85, 0.01),
      place: steps(move(w / 2 - 1.9, 0.88, 0), place),
    }),
  ]
  const lower = weave({ warp: colour('#b7a58a'), weft: colour('#a9967b'), threads: 14, slub: 0.6 })
  return {
    view: { target: [0.2, 1.2, 0.6], pitch: 44, width: 29 },
    set: oakTable('#d8d2c6', 60),
    things: [
      ...book(steps(turnY(24), move(-0.6, 0, -0.8)), lower, '#4b4a44'),
      ...book(steps(turnY(-16), move(0.4, 1.78, 0.4)), CLOTH, '#b5532f'),
      ...pencil(steps(turnY(62), move(-8.2, 3.86, 9.2))),
    ],
  }
}
