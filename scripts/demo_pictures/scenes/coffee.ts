import { colour, type Material, paint } from '../materials/material.ts'
import { perforated, STEEL } from '../materials/metal.ts'
import { leather } from '../materials/plain.ts'
import { wood } from '../materials/wood.ts'
import type { Scene } from '../render/render.ts'
import { through } from '../shapes/curve.ts'
import { corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnY, turnZ, type Vec } from '../shapes/vector.ts'
import { beans, scoop } from './scoop.ts'
import { linenTable, WALNUT } from './table.ts'

const glass: Material = (_spot, finish) => {
  paint(finish, [0, 0, 0])
  finish.rough = 0.02
  finish.gloss = 0.05
}
const brew: Material = (spot, finish) => {
  paint(finish, colour('#1d0d06'))
  const edge = 1 - Math.max(spot.facing, 0)
  finish.glowRed = 0.34 * edge ** 3
  finish.glowGreen = 0.11 * edge ** 3
  finish.glowBlue = 0.02 * edge ** 3
  finish.rough = 0.08
  finish.gloss = 0.03
}
const profile = through<readonly [number, number]>([
  [0, 0.1],
  [4, 0.05],
  [6.1, 0.5],
  [6.9, 2.6],
  [6.6, 5.4],
  [5.0, 8.6],
  [3.3, 11.1],
  [2.9, 12.4],
  [3.4, 13.9],
  [4.5, 16.2],
  [5.5, 18.6],
  [5.85, 19.8],
])
const outer = (t: number): readonly [number, number] => (t <= 0 ? [0, 0.1] : profile(t))

function carafe(place: Place): Mesh[] {
  const body = lathe(outer, 120, 110)
  // The coffee fills it up to its level.
  const level = 5.2
  const fill = lathe(
    (t) => {
      if (t > 0.85) return [(6.42 * (1 - t)) / 0.15, level]
      const [r, h] = outer(t * 0.42)
      return [Math.max(r - 0.22, 0), Math.min(Math.max(h, 0.3), level)]
    },
    96,
    60,
  )
  const rim = tube(
    (t) => [5.85 * Math.sin(t * 6.4), 19.8, 5.85 * Math.cos(t * 6.4)],
    oblong(0.34, 0.34, 2),
    12,
    110,
    [0, 1, 0],
    0.001,
  )
  const collar = lathe(
    corners(
      [
        [3.05, 10.6],
        [4.35, 10.3],
        [4.5, 10.6],
        [3.75, 12.4],
        [4.3, 14.2],
        [4.1, 14.5],
        [3.3, 14.3],
        [2.9, 12.4],
        [3.05, 10.6],
      ],
      0.15,
    ),
    96,
    60,
  )
  const tie = tube(
    (t) => [3.98 * Math.sin(t * 6.4), 12.4, 3.98 * Math.cos(t * 6.4)],
    oblong(0.42, 0.42, 3),
    12,
    80,
    [0, 1, 0],
    0.001,
  )
  const ends = [-1, 1].map((s) =>
    mesh(
      tube(
        through<Vec>([
          [0, 12.4, 3.95],
          [s * 0.6, 12.1, 4.4],
          [s * 0.9, 11, 4.6],
          [s * 1.1, 9.4, 4.9],
        ]),
        oblong(0.36, 0.3, 3),
        10,
        24,
        [1, 0, 0],
      ),
      { material: leather(colour('#8a5a38')), place },
    ),
  )
  const cone = lathe(
    corners(
      [
        [0.9, 11.6],
        [5.2, 19.3],
        [5.9, 20.5],
        [6.2, 20.6],
        [6.1, 20.75],
        [5.7, 20.6],
        [5.0, 19.3],
        [0.7, 11.8],
      ],
      0.1,
    ),
    120,
    90,
  )
  return [
    mesh(fill, { material: brew, place, shade: 0.7 }),
    mesh(collar, { material: wood(WALNUT, 0.6, 'y'), place }),
    mesh(tie, { material: leather(colour('#8a5a38')), place }),
    ...ends,
    mesh(cone, { material: perforated(STEEL, 110, 3.4), place }),
    mesh(body, { material: glass, place, clear: 'glass', shade: 0.22 }),
    mesh(rim, { material: glass, place, clear: 'glass', shade: 0.22 }),
  ]
}

export function coffeeSet(): Scene {
  return {
    view: { target: [0.6, 8.9, 1], pitch: 18, width: 33 },
    set: linenTable('#c7bda9', '#b7bfbd', 22),
    things: [
      ...carafe(steps(turnY(25), move(-2.2, 0, 0))),
      ...scoop(steps(turnZ(-9), turnY(-74), move(5.8, 0.4, 2.4))),
      ...beans(26, 0.2, 9.2),
    ],
  }
}
