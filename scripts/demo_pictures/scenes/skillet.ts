import { blend, colour, type Material, paint } from '../materials/material.ts'
import { castIron } from '../materials/metal.ts'
import { clouds, dice, specks } from '../materials/noise.ts'
import { leaf } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import type { Scene } from '../render/render.ts'
import { evenly, through } from '../shapes/curve.ts'
import { corners, lathe, oblong, round, sheet, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { mix, move, type Place, steps, turnX, turnY, turnZ, type Vec } from '../shapes/vector.ts'
import { oakTable } from './table.ts'

/** A pan with a lip to pour from on either side: the outline swells there, towards the rim. */
function skillet(place: Place): Mesh[] {
  const wall = corners(
    [
      [0, 0],
      [10.6, 0],
      [11.2, 0.4],
      [12.9, 4.6],
      [13.0, 5.0],
      [12.5, 5.05],
      [12.3, 4.7],
      [10.7, 0.95],
      [10.2, 0.6],
      [0, 0.6],
    ],
    0.35,
  )
  const pan = lathe(wall, 160, 150)
  const lipped = {
    ...pan,
    at: (u: number, v: number): Vec => {
      const [x, y, z] = pan.at(u, v)
      const lip = Math.max(
        Math.exp(-(((u - 0.0) / 0.022) ** 2)),
        Math.exp(-(((u - 1) / 0.022) ** 2)),
        Math.exp(-(((u - 0.5) / 0.022) ** 2)),
      )
      const high = Math.max(0, (y - 2.6) / 2.4)
      const out = 1 + 0.065 * lip * high
      return [x * out, y - 0.42 * lip * high, z * out]
    },
  }
  const grip = evenly(
    through<Vec>([
      [12, 4.1, 0],
      [14, 4.9, 0],
      [17, 5.4, 0],
      [20.5, 5.6, 0],
    ]),
  )
  // The end of the handle is a loop to hang it by.
  const loop = (t: number): Vec => {
    const a = t * 2.04 * Math.PI
    return [22.6 - 2.5 * Math.cos(a), 5.62, 1.15 * Math.sin(a)]
  }
  return [
    mesh(lipped, { material: castIron, place }),
    mesh(
      tube(
        grip,
        oblong(
          (t) => mix(4.2, 2.7, Math.min(1, t * 2.2)),
          (t) => mix(1.9, 1.25, t),
          2.6,
        ),
        40,
        50,
        [0, 1, 0],
        0.02,
      ),
      { material: castIron, place },
    ),
    mesh(tube(loop, oblong(1.35, 1.25, 2.4), 24, 80, [0, 1, 0], 0.001), { material: castIron, place }),
  ]
}

const shell: Material = (spot, finish) => {
  paint(finish, colour('#b98463'), 1 + 0.1 * clouds(spot.u, spot.v))
  if (specks(spot.u * 40, spot.v * 26, 0.16, 0.3) > 0.3) paint(finish, colour('#8f5d40'))
  finish.rough = 0.55
  finish.gloss = 0.03
}
const egg = (place: Place): Mesh =>
  mesh(
    lathe(
      (t) => {
        const a = (t - 0.5) * Math.PI
        return [2.15 * Math.cos(a) * (1 - 0.13 * Math.sin(a)), 2.9 * Math.sin(a)]
      },
      72,
      48,
    ),
    { material: shell, place },
  )

/** A sprig of rosemary: needles in pairs along a bent stem. */
function sprig(place: Place, length: number, seed: number): Mesh[] {
  const roll = dice(seed)
  const stem = evenly(
    through<Vec>([
      [0, 0.2, 0],
      [length * 0.35, 0.5, 0.5],
      [length * 0.7, 0.55, 0.1],
      [length, 0.9, -0.8],
    ]),
  )
  const needle = leaf(colour('#52683f'), colour('#8f9c78'), 1)
  const bark: Material = (_spot, finish) => paint(finish, colour('#6b5a3c'))
  const needles = Array.from({ length: 46 }, (_, k) => {
    const t = 0.08 + (0.92 * k) / 46
    const size = 1.7 * (1 - 0.4 * t) * (0.8 + 0.4 * roll())
    return mesh(
      {
        columns: 4,
        rows: 7,
        at: (u, v) => [
          v * size,
          0.12 * Math.sin(v * 3),
          (u - 0.5) * 0.34 * Math.sin(Math.PI * Math.min(1, v * 0.9 + 0.1)),
        ],
      },
      {
        material: needle,
        sheet: true,
        place: steps(
          turnZ(20 + roll() * 35),
          turnX(roll() * 40 - 20),
          turnY((k % 2 ? 1 : -1) * (35 + roll() * 30)),
          move(...stem(t)),
          place,
        ),
      },
    )
  })
  return [mesh(tube(stem, round(0.11), 8, 30), { material: bark, place }), ...needles]
}

export function skilletOnCloth(): Scene {
  const linen = weave({ warp: colour('#c9c4b8'), weft: colour('#d6d2c7'), threads: 6, slub: 0.9 })
  const towel: Material = (spot, finish) => {
    linen(spot, finish)
    const from = Math.abs(spot.z - 12.6)
    if (from < 0.35 || (from > 0.75 && from < 2.1) || (from > 2.5 && from < 2.85))
      blend(finish, colour('#4f6b78'), 0.72)
  }
  const cloth = sheet(
    24,
    34,
    (u, v) => [
      0,
      0.1 + 0.16 * Math.max(0, clouds(u * 0.6, v * 0.5)) + 0.1 * Math.sin(u * 11 + v * 2) ** 2,
      0,
    ],
    60,
    60,
  )
  const place = steps(turnY(47), move(-4.6, 0.25, 2.6))
  return {
    view: { target: [0.4, 1.8, -1], pitch: 38, width: 46 },
    set: oakTable('#c4c8c6', 40),
    things: [
      mesh(cloth, { material: towel, sheet: true, place: steps(turnY(-12), move(5, 0, -3)) }),
      ...skillet(place),
      ...sprig(steps(turnY(35), move(-10.4, 0.95, 5.2)), 9.5, 4),
      egg(steps(turnZ(78), turnY(30), move(12.6, 2.1, 5.4))),
      egg(steps(turnZ(84), turnY(100), move(10.6, 2.1, 10.2))),
    ],
  }
}
