import { colour, type Material, paint } from '../materials/material.ts'
import { BRASS, metal } from '../materials/metal.ts'
import { fibres } from '../materials/noise.ts'
import { lacquer } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import { wood } from '../materials/wood.ts'
import type { Scene } from '../render/render.ts'
import { evenly, through } from '../shapes/curve.ts'
import { bar, block, corners, lathe, oblong, round, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { slab } from '../shapes/slab.ts'
import { mixVec, move, type Place, steps, turnX, turnY, type Vec } from '../shapes/vector.ts'
import { oakTable, WALNUT } from './table.ts'

const brass = metal(BRASS, 0.25, true)
const walnut = wood(WALNUT, 0.7, 'y')
const cloth = weave({
  warp: colour('#e6dcc6'),
  weft: colour('#ddd1b8'),
  threads: 7,
  slub: 0.9,
  across: (_x, y, _z, u) => [u * 46, y],
})

/** Linen with the bulb behind it: brightest at its height, warmer towards the ends. */
const shadeCloth: Material = (spot, finish) => {
  cloth(spot, finish)
  const from = Math.abs(spot.y - 4.6) / 7
  const through = 1.05 * Math.exp(-from * from * 2.4) + 0.22
  const fade = 0.75 + 0.25 * Math.max(spot.facing, 0)
  finish.glowRed = finish.red * through * fade * 2
  finish.glowGreen = finish.green * through * fade * 1.5
  finish.glowBlue = finish.blue * through * fade * 0.9
  finish.gloss = 0.005
}
const bulb: Material = (_spot, finish) => {
  paint(finish, [1, 1, 1])
  finish.glowRed = 5
  finish.glowGreen = 4
  finish.glowBlue = 2.4
}

const post = (from: Vec, to: Vec, width: number, depth: number, place: Place): Mesh[] => [
  mesh(
    tube((t) => mixVec(from, to, t), oblong(width, depth, 5), 32, 40, [0, 0, 1], 0.02),
    { material: walnut, place },
  ),
]

export function deskLamp(place: Place): Mesh[] {
  const base = lathe(
    corners(
      [
        [0, 0],
        [7.6, 0],
        [7.9, 0.3],
        [7.9, 1.6],
        [7.3, 2.1],
        [0, 2.15],
      ],
      0.3,
    ),
    128,
    60,
  )
  const shade = lathe((t) => [8.3 - 4.3 * t, 11.5 * t], 128, 40)
  const hinge = (at: Vec) =>
    mesh(
      lathe(
        corners(
          [
            [0, -1.5],
            [1.05, -1.5],
            [1.15, -1.3],
            [1.15, 1.3],
            [1.05, 1.5],
            [0, 1.5],
          ],
          0.1,
        ),
        48,
        24,
      ),
      { material: brass, place: steps(turnX(90), move(...at), place) },
    )
  const [foot, elbow, tip]: Vec[] = [
    [-7.5, 2, 0],
    [-7.5, 29.5, 0],
    [8.6, 41, 0],
  ]
  const hang: Place = steps(move(tip![0], 24.5, 0), place)
  const ring = (r: number, y: number) =>
    mesh(
      tube((t) => [r * Math.sin(t * 6.4), y, r * Math.cos(t * 6.4)], round(0.16), 10, 90, [0, 1, 0], 0.001),
      { material: lacquer(colour('#d9ccb2'), 0.8), place: hang },
    )
  const cord = evenly(
    through<Vec>([
      [-14.6, 0.3, -3],
      [-18, 0.25, -4],
      [-21, 0.25, -2],
      [-26, 0.25, -6],
      [-36, 0.25, -9],
    ]),
  )
  return [
    mesh(base, { material: wood(WALNUT, 0.7), place: steps(move(-7.5, 0, 0), place) }),
    ...post(foot!, elbow!, 2, 2, place),
    ...post([-11.5, 26.6, 0], tip!, 1.5, 1.7, place),
    hinge(elbow!),
    mesh(bar([tip![0], 41, 0], [tip![0], 35, 0], 0.28, 12, 16), { material: brass, place }),
    mesh(
      lathe(
        corners(
          [
            [0, 34.6],
            [1.5, 34.6],
            [1.5, 37],
            [0.6, 38],
            [0, 38],
          ],
          0.2,
        ),
        40,
        24,
      ),
      { material: brass, place: steps(move(tip![0], 0, 0), place) },
    ),
    mesh(shade, { material: shadeCloth, sheet: true, shade: 0.8, place: hang }),
    ring(8.3, 0),
    ring(4, 11.5),
    mesh(block([4.4, 5.6, 4.4], 2, 40, 24), {
      material: bulb,
      shade: 0,
      place: steps(move(0, 4.4, 0), hang),
    }),
    mesh(tube(cord, round(0.24), 10, 60), { material: lacquer(colour('#3a3330'), 0.7), place }),
  ]
}

const pages: Material = (spot, finish) => {
  paint(finish, colour('#e9e0cf'), 0.9 + 0.2 * fibres((spot.x + spot.z) / 60, spot.y / 1.6))
  finish.rough = 1
  finish.gloss = 0
}
/** Its spine is at the left. */
function book(place: Place, [w, h, d]: Vec, tone: string): Mesh[] {
  const cover = weave({ warp: colour(tone), weft: colour(tone), threads: 8 })
  return [
    mesh(slab([w, 0.3, d], 0.25, 0.08), { material: cover, place }),
    mesh(slab([w - 0.5, h - 0.5, d - 0.6], 0.1, 0.03), {
      material: pages,
      place: steps(move(0, 0.25, 0), place),
    }),
    mesh(slab([w, 0.3, d], 0.25, 0.08), { material: cover, place: steps(move(0, h - 0.3, 0), place) }),
    mesh(block([0.4, h, d], 8, 24, 24), {
      material: cover,
      place: steps(move(-w / 2 + 0.15, h / 2, 0), place),
    }),
  ]
}

export function lampOnDesk(): Scene {
  return {
    view: { target: [0.2, 20.2, 0], pitch: 14, width: 56 },
    set: { ...oakTable('#8d9488', 26), daylight: 0.62 },
    things: [
      ...deskLamp(turnY(-14)),
      ...book(steps(turnY(8), move(9.2, 0, 2)), [15, 2.6, 11], '#4f6b68'),
      ...book(steps(turnY(-9), move(9.5, 2.6, 2)), [13.4, 1.9, 10], '#a85a3c'),
    ],
    lamps: [
      { at: [8.4, 30, 2], colour: [4.6, 3.1, 1.65], reach: 18, cone: 0.8 },
      { at: [8.4, 33, 2], colour: [1.0, 0.66, 0.34], reach: 17 },
    ],
  }
}
