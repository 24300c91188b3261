import { colour, type Material, paint } from '../materials/material.ts'
import { BRASS, metal } from '../materials/metal.ts'
import { beeswax, flame, halo } from '../materials/plain.ts'
import type { Scene } from '../render/render.ts'
import { through } from '../shapes/curve.ts'
import { block, corners, lathe, round, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnY, turnZ, type Vec } from '../shapes/vector.ts'
import { linenTable } from './table.ts'

const RADIUS = 1.75
const wick: Material = (_spot, finish) => paint(finish, colour('#2b2118'))

/** The top of a rolled candle shows the roll: a step that winds inward. */
function candle(place: Place, height: number, lit: boolean): Mesh[] {
  const wax = beeswax(RADIUS, height, lit)
  const side = lathe(
    corners(
      [
        [0, 0],
        [RADIUS, 0],
        [RADIUS, height],
        [RADIUS - 0.22, height + 0.02],
      ],
      0.08,
    ),
    120,
    90,
  )
  const top = lathe(
    (t) => [(RADIUS - 0.2) * (1 - t) + 0.05, height - 0.16 * t + (Math.floor(t * 5) % 2 ? 0.1 : 0)],
    80,
    40,
  )
  const cord = through<Vec>([
    [0, height - 0.4, 0],
    [0.03, height + 0.5, 0.02],
    [0.16, height + 1.05, 0.05],
  ])
  const glow = block([11, 12, 11], 2, 48, 32)
  const tongue = lathe(
    (t) => [0.62 * Math.sin(Math.PI * t ** 0.62) ** 0.9 * (1 - 0.35 * t), height + 0.55 + 4.1 * t],
    40,
    48,
  )
  return [
    mesh(side, { material: wax, place }),
    mesh(top, { material: wax, place }),
    mesh(tube(cord, round(0.1), 10, 12, [0, 0, 1]), { material: wick, place }),
    ...(lit
      ? [
          mesh(tongue, { material: flame, place: steps(move(0.1, 0, 0), place), clear: 'light', shade: 0 }),
          mesh(glow, {
            material: halo,
            place: steps(move(0, height + 2.4, 0), place),
            clear: 'light',
            shade: 0,
          }),
        ]
      : []),
  ]
}

const plate = (place: Place): Mesh =>
  mesh(
    lathe(
      corners(
        [
          [0, 0],
          [4.1, 0],
          [4.9, 0.75],
          [4.75, 0.85],
          [4, 0.3],
          [2.1, 0.3],
          [2.1, 1],
          [0, 1],
        ],
        0.12,
      ),
      120,
      70,
    ),
    { material: metal(BRASS, 0.28, true), place },
  )

export function candlePair(): Scene {
  const [left, right] = [move(-4.2, 0, -2.4), move(4.4, 0, 2)]
  return {
    view: { target: [0, 9.6, 0], pitch: 17, width: 27 },
    set: { ...linenTable('#a79c8c', '#8a8a83', 24), daylight: 0.6 },
    things: [
      plate(left),
      plate(right),
      ...candle(steps(turnY(40), move(0, 0.35, 0), left), 15.5, true),
      ...candle(steps(move(0, 0.35, 0), right), 12, false),
    ],
    lamps: [{ at: [-4.5, 19, -2], colour: [2.6, 1.5, 0.62], reach: 9 }],
  }
}

export function candleLying(): Scene {
  return {
    view: { target: [-1.2, 1.4, 0.6], pitch: 42, width: 26 },
    set: linenTable('#b9ae9c', '#7d7f7c', 40),
    things: [
      ...candle(steps(turnZ(-90), move(-8, RADIUS, 0), turnY(24), move(0, 0, -1.5)), 16, false),
      ...candle(steps(turnY(70), turnZ(-90), move(-9, RADIUS, 0), turnY(18), move(-1, 0, 3)), 16, false),
    ],
  }
}
