/** What a bicycle repair kit has in it. */
import { type Colour, colour, type Material, paint } from '../materials/material.ts'
import { BRASS, metal, STEEL } from '../materials/metal.ts'
import { lacquer } from '../materials/plain.ts'
import { evenly, type Line, through } from '../shapes/curve.ts'
import { bar, block, cast, corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, type Vec } from '../shapes/vector.ts'

export const lever = (x: number, tone: Colour, reach: number, place: Place): Mesh => {
  const line = evenly(
    through<Vec>([
      [x, 0.62, 5],
      [x, 0.62, 2],
      [x, 0.7, -3],
      [x, 0.95, -reach + 1.6],
      [x, 1.5, -reach + 0.4],
      [x, 1.95, -reach],
    ]),
  )
  return mesh(
    tube(
      line,
      oblong(
        (t) => 1.95 - 0.55 * t + 0.5 * Math.exp(-((t - 0.93) ** 2) / 0.004),
        (t) => 0.6 - 0.2 * t,
        3.4,
      ),
      28,
      70,
      [0, 1, 0],
      0.02,
    ),
    { material: lacquer(tone, 0.35), place },
  )
}

export function pump(x: number, place: Place): Mesh[] {
  const at = (z: number): Vec => [x, 1.5, z]
  const black = lacquer(colour('#25282b'), 0.5)
  const profile = (t: number) => 1.25 + (t > 0.02 && t < 0.98 ? 0 : -0.1)
  return [
    mesh(bar(at(6), at(-6.6), profile, 48, 50), { material: metal(colour('#b9bec2'), 0.22), place }),
    mesh(
      bar(at(-6.5), at(-9.2), (t) => 1.42 - 0.2 * t ** 4, 48, 30),
      { material: black, place },
    ),
    mesh(bar(at(-4.4), at(-5.0), 1.33, 48, 10), { material: lacquer(colour('#c2572e'), 0.35), place }),
    mesh(bar([x, 1.6, -8.2], [x, 3.2, -8.2], 0.62, 24, 14), { material: metal(BRASS, 0.25), place }),
  ]
}

export function multiTool(x: number, place: Place): Mesh[] {
  const steel = metal(STEEL, 0.22)
  const plate = (dx: number) =>
    mesh(block([0.6, 1.9, 9.6], 5, 32, 40), {
      material: lacquer(colour('#b8642f'), 0.3),
      place: steps(move(x + dx, 1.35, -0.6), place),
    })
  const pin = (z: number) =>
    mesh(bar([x - 1.75, 1.35, z], [x + 1.75, 1.35, z], 0.42, 24, 12), { material: steel, place })
  const keys = [-1, -0.5, 0, 0.5, 1].map((dx, k) =>
    mesh(bar([x + dx, 1.4 + (k % 2) * 0.15, -4.2], [x + dx, 1.4, 3.4], 0.3, 8, 14), {
      material: steel,
      place,
    }),
  )
  const out = through<Vec>([
    [x + 0.5, 1.5, -4.2],
    [x + 0.6, 1.6, -6.2],
    [x + 0.7, 1.8, -9.4],
    [x + 0.9, 1.9, -9.9],
    [x + 2.2, 1.95, -10.1],
  ])
  const blade = through<Vec>([
    [x - 0.5, 1.5, -4.2],
    [x - 0.75, 1.6, -6.4],
    [x - 1.0, 1.7, -8.8],
  ])
  return [
    plate(-1.45),
    plate(1.45),
    pin(-4.2),
    pin(3),
    ...keys,
    mesh(tube(out, oblong(0.5, 0.5, 3), 12, 30), { material: steel, place }),
    mesh(
      tube(
        blade,
        oblong(
          (t) => 0.5 + 0.35 * t,
          (t) => 0.5 - 0.3 * t,
          4,
        ),
        12,
        30,
      ),
      { material: steel, place },
    ),
  ]
}

/** Rubber patches: black in the middle, a thin orange rim. */
const patchRubber: Material = (spot, finish) => {
  const r = Math.hypot(spot.x, spot.z)
  paint(finish, r > 1.28 ? colour('#c8672f') : colour('#2a2a2a'))
  finish.rough = 0.75
}
export const patch = (place: Place): Mesh =>
  mesh(
    lathe(
      corners(
        [
          [0, 0],
          [1.6, 0],
          [1.62, 0.05],
          [1.3, 0.1],
          [1.2, 0.17],
          [0, 0.18],
        ],
        0.03,
      ),
      56,
      24,
    ),
    { material: patchRubber, place },
  )

export function glue(x: number, place: Place): Mesh[] {
  const line: Line = (t) => [x, 0.95, 4 - 8 * t]
  return [
    mesh(
      tube(
        line,
        oblong(
          (t) => 2.9 - 0.5 * t,
          (t) => 0.25 + 1.5 * t,
          2.4,
        ),
        40,
        40,
        [0, 1, 0],
        0.04,
      ),
      { material: lacquer(colour('#d9c9a5'), 0.35), place },
    ),
    mesh(
      bar([x, 0.95, -3.9], [x, 0.95, -6.1], (t) => 0.75 - 0.12 * t, 32, 20),
      { material: lacquer(colour('#2b2d2f'), 0.5), place },
    ),
  ]
}

/** A sprocket: says whose tools these are. */
export function sprocket(place: Place): Mesh {
  const teeth = 16
  const outline = (around: number): readonly [number, number] => {
    const r = 4.3 + 0.42 * Math.tanh(2.4 * Math.cos(around * teeth * 2 * Math.PI))
    return [r * Math.sin(around * 2 * Math.PI), r * Math.cos(around * 2 * Math.PI)]
  }
  const ring = cast(
    outline,
    corners(
      [
        [0.62, 0],
        [1, 0],
        [1, 0.4],
        [0.62, 0.4],
        [0.62, 0],
      ],
      0.03,
    ),
    320,
    24,
  )
  return mesh(ring, { material: metal(STEEL, 0.28), place })
}
