import { blend, colour, darken, type Material } from '../materials/material.ts'
import { BRASS, metal } from '../materials/metal.ts'
import { clouds, grain } from '../materials/noise.ts'
import { leather } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import type { Scene } from '../render/render.ts'
import { evenly, type Line, through } from '../shapes/curve.ts'
import { block, oblong, round, tube } from '../shapes/forms.ts'
import { type Form, type Mesh, mesh } from '../shapes/mesh.ts'
import { add, type Place, turnY, type Vec } from '../shapes/vector.ts'
import { oakTable } from './table.ts'

const TAN = leather(colour('#9a5f35'))
const BUCKLE = metal(BRASS, 0.25)
const CANVAS = colour('#5c6142')

const thread = weave({
  warp: CANVAS,
  weft: colour('#53583c'),
  threads: 5,
  slub: 0.5,
  across: (x, y, z) => [x + z * 0.7, y + z * 0.4],
})
/** Waxed cloth: where it was folded and rubbed it is paler. */
const waxed: Material = (spot, finish) => {
  thread(spot, finish)
  const crease = Math.abs(clouds((spot.x + spot.z) / 34, (spot.y + spot.z * 0.5) / 34))
  blend(finish, colour('#969873'), 0.16 * Math.max(0, 1 - crease * 6))
  darken(finish, 1 + 0.28 * clouds(spot.x / 60 + 0.2, spot.y / 60) + 0.06 * grain(spot.x / 9, spot.y / 9))
  finish.rough = 0.62
  finish.gloss = 0.03
}

/** Cloth that is full: a block whose faces bulge and dent a little. */
function stuffed(size: Vec, power: number, dent: number, shape: (p: Vec) => Vec = (p) => p): Form {
  const plain = block(size, power, 110, 80)
  return {
    ...plain,
    at: (u, v) => {
      const p = plain.at(u, v)
      const d = 1 + dent * clouds(p[0] / 40 + 0.3, p[1] / 40 + p[2] / 55)
      return shape([p[0] * d, p[1] * (1 + dent * 0.3 * clouds(p[0] / 30, 0.2)), p[2] * d])
    },
  }
}

export function rucksack(place: Place): Mesh[] {
  const body = stuffed([27, 37, 14], 5, 0.06, ([x, y, z]) => {
    const t = y / 37 + 0.5
    return [x * (1.02 - 0.1 * t * t), y + 18.6, z * (1.08 - 0.24 * t) + 0.4 * Math.sin(t * 3)]
  })
  // What the flap closes over.
  const collar = stuffed([24.6, 9, 11.6], 4, 0.05, ([x, y, z]) => [x, y + 33.6, z + 0.2])
  const pocket = stuffed([19, 14.5, 5.4], 4.2, 0.07, ([x, y, z]) => [x, y + 9, z + 8])
  const flapLine = evenly(
    through<Vec>([
      [0, 33.5, -6.2],
      [0, 37.2, -5],
      [0, 38.8, -0.6],
      [0, 37.5, 4.6],
      [0, 33, 7.1],
      [0, 27, 8.1],
      [0, 22.4, 8.6],
    ]),
  )
  const flap = tube(
    flapLine,
    (around, along) => {
      const [thick, width] = oblong(
        0.7,
        (t) => 26.4 + 0.8 * Math.sin(t * 3) - 2.6 * Math.max(0, t - 0.8) * 5 * Math.max(0, t - 0.8),
        9,
      )(around, along)
      return [thick + 0.3 * clouds(width / 30, along * 1.2), width]
    },
    90,
    90,
    [1, 0, 0],
    0.006,
  )
  const onFlap = (x: number): Line => {
    return evenly(
      through<Vec>([
        [x, 38.4, -5.4],
        [x, 39.4, -0.6],
        [x, 38.1, 4.9],
        [x, 33.2, 7.65],
        [x, 27, 8.65],
        [x, 22, 9.2],
        [x, 18.6, 9.4],
        [x, 15, 11.3],
        [x, 12.6, 11.35],
      ]),
    )
  }
  const side = (x: number): Line =>
    evenly(
      through<Vec>([
        [x * 0.45, 36, -7],
        [x * 0.95, 35, -9.5],
        [x * 1.22, 25, -9.5],
        [x * 1.2, 12, -8.2],
        [x * 1.0, 4, -6],
        [x * 0.86, 1.8, -4.6],
      ]),
    )
  const handle = evenly(
    through<Vec>([
      [-3.6, 37.6, -5.4],
      [-3.2, 41, -6],
      [0, 42.6, -6.2],
      [3.2, 41, -6],
      [3.6, 37.6, -5.4],
    ]),
  )
  const frame = (at: Vec): Mesh[] => {
    const ring: Line = (t) => {
      // A little more than once around, so that no gap is left.
      const [x, y] = oblong(3.3, 2.7, 5)(t * 1.03, 0)
      return add(at, [x, y, 0.45])
    }
    return [
      mesh(tube(ring, round(0.24), 12, 60, [0, 0, 1], 0.001), { material: BUCKLE, place }),
      mesh(
        tube((t) => add(at, [0.1, 1.25 - 2.3 * t, 0.75]), round(0.17), 10, 14, [0, 0, 1]),
        { material: BUCKLE, place },
      ),
    ]
  }
  const straps = [-7, 7].flatMap((x) => [
    mesh(tube(onFlap(x), oblong(0.36, 2.3, 6), 24, 90, [1, 0, 0], 0.01), { material: TAN, place }),
    ...frame([x, 19.6, 9.45]),
  ])
  return [
    mesh(body, { material: waxed, place }),
    mesh(collar, { material: waxed, place }),
    mesh(pocket, { material: waxed, place }),
    mesh(flap, { material: waxed, place }),
    mesh(
      tube(
        evenly(
          through<Vec>([
            [-9.8, 16.2, 7],
            [-9.7, 16.4, 9.8],
            [0, 16.6, 11.2],
            [9.7, 16.4, 9.8],
            [9.8, 16.2, 7],
          ]),
        ),
        oblong(0.5, 1.6, 5),
        16,
        60,
        [0, 1, 0],
        0.01,
      ),
      { material: TAN, place },
    ),
    ...straps,
    mesh(tube(handle, oblong(1.1, 0.8, 3), 20, 60, [0, 0, 1], 0.02), { material: TAN, place }),
    ...[-13, 13].map((x) =>
      mesh(tube(side(x), oblong(1.0, 4.6, 5), 24, 80, [0, 0, 1], 0.02), { material: waxed, place }),
    ),
    mesh(
      stuffed([27.4, 4.6, 14.9], 6, 0.02, ([x, y, z]) => [x, y + 2.3, z]),
      { material: TAN, place },
    ),
  ]
}

export const rucksackOnTable = (): Scene => ({
  view: { target: [0.8, 19.4, 0], pitch: 14, width: 58 },
  set: oakTable('#cbb9a4', 34),
  things: rucksack(turnY(-26)),
})

export const rucksackBuckle = (): Scene => ({
  view: { target: [-0.6, 20.5, 9], pitch: 12, width: 25 },
  set: oakTable('#cbb9a4', 34),
  things: rucksack(turnY(-26)),
})
