import { blend, type Colour, colour, darken, type Material, paint } from '../materials/material.ts'
import { BRASS, metal, STEEL } from '../materials/metal.ts'
import { clouds } from '../materials/noise.ts'
import { lacquer, leather } from '../materials/plain.ts'
import { weave } from '../materials/textile.ts'
import type { Scene } from '../render/render.ts'
import { evenly, type Line, through } from '../shapes/curve.ts'
import { bar, block, cast, corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnX, turnY, turnZ, type Vec } from '../shapes/vector.ts'
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
    if (Math.abs(across) < 0.075 && ((along * 2.6) % 1 + 1) % 1 < 0.66) blend(finish, colour('#d8b483'), 0.9)
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
  const points: Vec[] = [[-17.4, 0.2, 0], [-10, 0.2, 0], [0, 0.2, 0], [7, 0.2, 0], ...Array.from({ length: 40 }, (_, k) => coil(k / 39))]
  const line = evenly(through<Vec>(points), 900)
  const whole = tube(line, (around, along) => {
    const [thick, width] = oblong(0.34, 21, 14)(around, along)
    return [thick + 0.1 * clouds(along * 2, width / 30), width]
  }, 90, 220, [0, 0, 1], 0.003)
  const pocket = {
    columns: 150,
    rows: 30,
    at: (u: number, v: number): Vec => {
      const x = SEAMS[0]! + u * (SEAMS.at(-1)! - SEAMS[0]!)
      const k = SEAMS.findIndex((seam, n) => n > 0 && x <= seam + 1e-9) - 1
      const within = (x - SEAMS[k]!) / (SEAMS[k + 1]! - SEAMS[k]!)
      const bulge = [0.8, 0.8, 0.8, 1.75, 2.5, 1.0][k]! * Math.sin(Math.PI * within) ** 0.75 * (0.3 + 0.7 * v)
      return [x, 0.44 + bulge, POCKET_NEAR + v * (POCKET_FAR - POCKET_NEAR) + 0.18 * Math.sin(within * 3.14) * v]
    },
  }
  const tie = lathe(corners([[0.1, 0], [3.15, 0], [3.25, 0.1], [3.25, 1.2], [3.15, 1.3], [0.1, 1.3]], 0.05), 64, 30)
  return [
    mesh(whole, { material: canvas, place }),
    mesh(pocket, { material: pocketCloth, sheet: true, place }),
    mesh(tie, { material: leather(colour('#8d5632')), place: steps(turnX(90), move(11.2, 2.95, -2.2), place) }),
  ]
}

const lever = (x: number, tone: Colour, reach: number, place: Place): Mesh => {
  const line = evenly(through<Vec>([[x, 0.75, 7], [x, 0.8, 2], [x, 0.82, -3], [x, 0.95, -reach + 1.6], [x, 1.5, -reach + 0.4], [x, 1.95, -reach]]))
  return mesh(tube(line, oblong((t) => 1.95 - 0.55 * t + 0.5 * Math.exp(-((t - 0.93) ** 2) / 0.004), (t) => 0.6 - 0.2 * t, 3.4), 28, 70, [0, 1, 0], 0.02), { material: lacquer(tone, 0.35), place })
}

function pump(x: number, place: Place): Mesh[] {
  const at = (z: number): Vec => [x, 1.5, z]
  const black = lacquer(colour('#25282b'), 0.5)
  const profile = (t: number) => 1.25 + (t > 0.02 && t < 0.98 ? 0 : -0.1)
  return [
    mesh(bar(at(8), at(-6.6), profile, 48, 50), { material: metal(colour('#b9bec2'), 0.22), place }),
    mesh(bar(at(-6.5), at(-9.2), (t) => 1.42 - 0.2 * t ** 4, 48, 30), { material: black, place }),
    mesh(bar(at(-4.4), at(-5.0), 1.33, 48, 10), { material: lacquer(colour('#c2572e'), 0.35), place }),
    mesh(bar([x, 1.6, -8.2], [x, 3.2, -8.2], 0.62, 24, 14), { material: metal(BRASS, 0.25), place }),
  ]
}

function multiTool(x: number, place: Place): Mesh[] {
  const steel = metal(STEEL, 0.22)
  const plate = (dx: number) => mesh(block([0.42, 1.7, 9], 5, 32, 40), { material: lacquer(colour('#b8642f'), 0.3), place: steps(move(x + dx, 1.35, -0.6), place) })
  const pin = (z: number) => mesh(bar([x - 1.75, 1.35, z], [x + 1.75, 1.35, z], 0.42, 24, 12), { material: steel, place })
  const keys = [-1, -0.5, 0, 0.5, 1].map((dx, k) =>
    mesh(bar([x + dx, 1.4 + (k % 2) * 0.15, -4.2], [x + dx, 1.5, 3], 0.23, 8, 14), { material: steel, place }),
  )
  const out = through<Vec>([[x + 0.5, 1.5, -4.2], [x + 0.4, 1.75, -6.2], [x + 0.2, 2.0, -8.6]])
  const blade = through<Vec>([[x - 0.5, 1.5, -4.2], [x - 1.3, 1.7, -5.9], [x - 2.1, 1.9, -7.6]])
  return [
    plate(-1.45), plate(1.45), pin(-4.2), pin(3), ...keys,
    mesh(tube(out, oblong(0.5, 0.5, 3), 12, 30), { material: steel, place }),
    mesh(tube(blade, oblong((t) => 0.5 + 0.35 * t, (t) => 0.5 - 0.3 * t, 4), 12, 30), { material: steel, place }),
  ]
}

/** Rubber patches: black in the middle, a thin orange rim. */
const patchRubber: Material = (spot, finish) => {
  const r = Math.hypot(spot.x, spot.z)
  paint(finish, r > 1.28 ? colour('#c8672f') : colour('#2a2a2a'))
  finish.rough = 0.75
}
const patch = (place: Place): Mesh =>
  mesh(lathe(corners([[0, 0], [1.6, 0], [1.62, 0.05], [1.3, 0.1], [1.2, 0.17], [0, 0.18]], 0.03), 56, 24), { material: patchRubber, place })

function glue(x: number, place: Place): Mesh[] {
  const line: Line = (t) => [x, 0.95, 6 - 10 * t]
  return [
    mesh(tube(line, oblong((t) => 2.9 - 0.5 * t, (t) => 0.25 + 1.5 * t, 2.4), 40, 40, [0, 1, 0], 0.04), { material: lacquer(colour('#d9c9a5'), 0.35), place }),
    mesh(bar([x, 0.95, -3.9], [x, 0.95, -6.1], (t) => 0.75 - 0.12 * t, 32, 20), { material: lacquer(colour('#2b2d2f'), 0.5), place }),
  ]
}

/** A sprocket: says whose tools these are. */
function sprocket(place: Place): Mesh {
  const teeth = 16
  const outline = (around: number): readonly [number, number] => {
    const r = 4.3 + 0.42 * Math.tanh(2.4 * Math.cos(around * teeth * 2 * Math.PI))
    return [r * Math.sin(around * 2 * Math.PI), r * Math.cos(around * 2 * Math.PI)]
  }
  const ring = cast(outline, corners([[0.62, 0], [1, 0], [1, 0.4], [0.62, 0.4], [0.62, 0]], 0.03), 320, 24)
  return mesh(ring, { material: metal(STEEL, 0.28), place })
}

export function repairKit(): Scene {
  const place = steps(turnY(-9), move(0.2, 0, 0.6))
  const orange = colour('#c2572e')
  return {
    view: { target: [-0.4, 0.6, -0.2], pitch: 52, width: 41 },
    set: oakTable('#c9ccc8', 60),
    things: [
      ...roll(place),
      lever(-14.1, orange, 6.2, place), lever(-11.2, orange, 7.1, place), lever(-8.3, orange, 6.4, place),
      ...multiTool(-4.3, place),
      ...pump(0.7, place),
      ...glue(5.35, place),
      patch(steps(turnY(0), move(-9.5, 0.02, 14.2))),
      patch(steps(turnZ(-5), move(-6.6, 0.15, 15.2))),
      patch(move(-12.6, 0.02, 15.2)),
      sprocket(move(-12.6, 0.1, -14)),
    ],
  }
}
