import { blend, colour, darken, type Material } from '../materials/material.ts'
import { clouds } from '../materials/noise.ts'
import { leather } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import type { Scene } from '../render/render.ts'
import { evenly, through } from '../shapes/curve.ts'
import { corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnX, turnY, turnZ, type Vec } from '../shapes/vector.ts'
import { glue, lever, multiTool, patch, pump, sprocket } from './bicycle_tools.ts'
import { oakTable } from './table.ts'

const NAVY = colour('#2f4152')
const thread = weave({ warp: NAVY, weft: colour('#3a4e60'), threads: 6, slub: 0.5 })
const canvas: Material = (spot, finish) => {
  thread(spot, finish)
  darken(finish, 1 + 0.25 * clouds(spot.x / 40, spot.z / 40))
}

/** Where the pocket is sewn to the cloth, from left to right; each compartment holds one thing. */
const SEAMS = [-15.6, -12.7, -9.8, -6.9, -1.7, 3.1, 7.6]
const POCKET_FAR = 0.4
const POCKET_NEAR = 9.6
const pocketCloth: Material = (spot, finish) => {
  canvas(spot, finish)
  const stitch = (across: number, along: number) => {
    if (Math.abs(across) < 0.075 && (((along * 2.6) % 1) + 1) % 1 < 0.66)
      blend(finish, colour('#d8b483'), 0.9)
  }
  for (const seam of SEAMS) stitch(spot.x - seam - 0.12, spot.z)
  stitch(spot.z - POCKET_NEAR + 0.45, spot.x)
  stitch(spot.z - POCKET_FAR - 0.4, spot.x)
}

function roll(place: Place): Mesh[] {
  const coil = (t: number): Vec => {
    const a = t * 2.05 * 2 * Math.PI
    const r = 2.7 - 0.72 * t * 2.05
    return [11.2 + r * Math.sin(a), 2.95 - r * Math.cos(a), 0]
  }
  const points: Vec[] = [
    [-17.4, 0.2, 0],
    [-10, 0.2, 0],
    [0, 0.2, 0],
    [7, 0.2, 0],
    ...Array.from({ length: 40 }, (_, k) => coil(k / 39)),
  ]
  const line = evenly(through<Vec>(points), 900)
  const whole = tube(
    line,
    (around, along) => {
      const [thick, width] = oblong(0.34, 21, 14)(around, along)
      return [thick + 0.1 * clouds(along * 2, width / 30), width]
    },
    90,
    220,
    [0, 0, 1],
    0.003,
  )
  const pocket = {
    columns: 150,
    rows: 30,
    at: (u: number, v: number): Vec => {
      const x = SEAMS[0]! + u * (SEAMS.at(-1)! - SEAMS[0]!)
      const k = SEAMS.findIndex((seam, n) => n > 0 && x <= seam + 1e-9) - 1
      const within = (x - SEAMS[k]!) / (SEAMS[k + 1]! - SEAMS[k]!)
      const bulge =
        [1.15, 1.15, 1.15, 2.75, 2.7, 1.7][k]! *
        Math.sin(Math.PI * within) ** 0.5 *
        Math.min(1, 0.2 + 2.2 * v)
      return [
        x,
        0.44 + bulge,
        POCKET_NEAR + v * (POCKET_FAR - POCKET_NEAR) + 0.18 * Math.sin(within * 3.14) * v,
      ]
    },
  }
  const tie = lathe(
    corners(
      [
        [0.1, 0],
        [3.15, 0],
        [3.25, 0.1],
        [3.25, 1.2],
        [3.15, 1.3],
        [0.1, 1.3],
      ],
      0.05,
    ),
    64,
    30,
  )
  return [
    mesh(whole, { material: canvas, place }),
    mesh(pocket, { material: pocketCloth, sheet: true, place }),
    mesh(tie, {
      material: leather(colour('#8d5632')),
      place: steps(turnX(90), move(11.2, 2.95, -2.2), place),
    }),
  ]
}

export function repairKit(): Scene {
  const place = steps(turnY(-9), move(0.2, 0, 0.6))
  const orange = colour('#c2572e')
  return {
    view: { target: [-0.8, 0.6, 1.6], pitch: 52, width: 47 },
    set: oakTable('#c9ccc8', 60),
    things: [
      ...roll(place),
      lever(-14.1, orange, 6.2, place),
      lever(-11.2, orange, 7.1, place),
      lever(-8.3, orange, 6.4, place),
      ...multiTool(-4.3, place),
      ...pump(0.7, place),
      ...glue(5.35, place),
      patch(steps(turnY(0), move(-9.5, 0.02, 14.2))),
      patch(steps(turnZ(-5), move(-6.6, 0.15, 15.2))),
      patch(move(-12.6, 0.02, 15.2)),
      sprocket(move(5.4, 0.05, 17.6)),
    ],
  }
}
