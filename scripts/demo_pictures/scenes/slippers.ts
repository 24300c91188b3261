import { blend, colour, darken, type Material, paint } from '../materials/material.ts'
import { clouds, grain, specks } from '../materials/noise.ts'
import { felt } from '../materials/textile.ts'
import type { Scene } from '../render/render.ts'
import { evenly, through } from '../shapes/curve.ts'
import { cast, corners, round, tube } from '../shapes/forms.ts'
import { type Form, type Mesh, mesh } from '../shapes/mesh.ts'
import { clamp, mix, move, type Place, steps, turnY } from '../shapes/vector.ts'
import { linenTable } from './table.ts'

/** Heel at z = -13, toe at z = 13; half widths of the sole along it, inside and outside of the foot. */
const middle = through<readonly [number, number]>([
  [3.5, 3.5],
  [3.4, 3.6],
  [3.2, 3.6],
  [3.2, 3.9],
  [3.8, 4.5],
  [4.3, 4.8],
  [4.4, 4.7],
  [4.3, 4.5],
])
const zAt = (t: number) => -13 * Math.cos(t * Math.PI)
/** Round at both ends: the heel as a half circle, the toe a little flatter. */
const half = (t: number, side: 0 | 1) => {
  const z = zAt(t)
  const heel = Math.min(1, (z + 13) / 3.6)
  const toe = Math.min(1, (13 - z) / 4.6)
  return (
    middle((z + 13) / 26)[side] *
    Math.sqrt(Math.max(0, 1 - (1 - heel) ** 2.2)) *
    Math.sqrt(Math.max(0, 1 - (1 - toe) ** 2.4))
  )
}

const outline = evenly((around: number): readonly [number, number] => {
  const t = around < 0.5 ? around * 2 : 2 - around * 2
  const z = zAt(t)
  return around < 0.5 ? [-half(t, 0), -z] : [half(t, 1), -z]
}, 600)
// Seen from above the outline must run against the clock, as a lathe does.
const sole = (around: number): readonly [number, number] => {
  const [x, z] = outline(around)
  return [x, -z]
}

const cork: Material = (spot, finish) => {
  const { x, y, z } = spot
  paint(finish, colour('#bd915f'), 1 + 0.25 * clouds((x + y) / 6, (z - y) / 6))
  blend(
    finish,
    colour('#7d5430'),
    0.75 *
      Math.max(
        specks((x + z) * 1.7, y * 2.4 + x * 0.6, 0.35, 0.4),
        specks(z * 2.3 + y, x * 2.3 - y, 0.3, 0.35),
      ),
  )
  darken(finish, 1 + 0.2 * grain((x + y) / 5, (z + y) / 5))
  finish.rough = 0.9
  finish.gloss = 0.015
}

const THROAT = 0.5
/** The felt over the foot: outside from the toe to the throat, over its edge, and back inside. */
function upper(): Form {
  return {
    columns: 72,
    rows: 90,
    at: (u, v) => {
      const inside = v > 0.62
      const run = inside ? clamp((1 - v) / 0.34) : clamp(v / 0.58)
      const thin = inside ? 0.5 : v > 0.58 ? ((v - 0.58) / 0.04) * 0.5 : 0
      // The throat is cut in a bow: further forward in the middle.
      const a = u * Math.PI
      const bow = 0.07 * Math.sin(a) ** 2
      const t = mix(1, THROAT + bow, run ** 0.8)
      const z = zAt(t)
      const shape = Math.sin(Math.min(run * 1.25, 1) * Math.PI * 0.5) ** 0.62
      const height = shape * (3.4 + 2.9 * run)
      const [left, right] = [half(t, 0), half(t, 1)]
      const c = Math.cos(a)
      const width = c > 0 ? right : left
      const wide = Math.sign(c) * Math.abs(c) ** 0.72
      const puff = 1 + 0.02 * clouds(u * 1.3, v * 1.3)
      return [
        wide * (width + 0.15 - thin) * puff,
        1.1 + Math.max(0, Math.sin(a) ** 0.75 * (height - thin)) * puff,
        z - (run < 0.03 ? thin : 0),
      ]
    },
  }
}

function slipper(place: Place, mirror: 1 | -1, tone: Material, lining: Material, edge: Material): Mesh[] {
  // A mirrored thing is turned inside out; swapping u keeps its outside outside.
  const form = (f: Form): Form =>
    mirror === 1
      ? f
      : {
          ...f,
          at: (u, v) => {
            const [x, y, z] = f.at(1 - u, v)
            return [-x, y, z]
          },
        }
  const bottom = cast(
    sole,
    corners(
      [
        [0, 0],
        [0.97, 0],
        [1.03, 0.25],
        [1.03, 1.35],
        [1.0, 1.5],
        [0, 1.5],
      ],
      0.06,
    ),
    120,
    36,
  )
  const bed = cast(
    sole,
    corners(
      [
        [0.6, 1.4],
        [0.965, 1.4],
        [0.97, 1.95],
        [0.9, 2.15],
        [0.5, 2.05],
        [0, 1.95],
      ],
      0.05,
    ),
    120,
    40,
  )
  const top = upper()
  const rim = evenly((t: number) => top.at(t, 0.6))
  return [
    mesh(form(bottom), { material: cork, place }),
    mesh(form(bed), { material: lining, place }),
    mesh(form({ ...top, at: (u, v) => top.at(u, v) }), { material: tone, place, sheet: true }),
    mesh(form(tube(rim, round(0.36), 14, 90, [0, 0, 1], 0.01)), { material: edge, place }),
  ]
}

export function slippersPair(): Scene {
  const grey = felt(colour('#6f7780'), colour('#aab0b4'), 0.35)
  const lining = felt(colour('#c3b9a6'), colour('#e6dfd2'), 0.3)
  const edge = felt(colour('#b0643f'), colour('#c98a68'), 0.25)
  return {
    view: { target: [0.2, 2.2, 0.4], pitch: 36, width: 38 },
    set: linenTable('#cdbfa8', '#c9cbc3', 34),
    things: [
      ...slipper(steps(turnY(-24), move(-5.4, 0, -1.4)), 1, grey, lining, edge),
      ...slipper(steps(turnY(-40), move(5.6, 0, 0.6)), -1, grey, lining, edge),
    ],
  }
}
