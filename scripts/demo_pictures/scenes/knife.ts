import { blend, colour, type Material, paint } from '../materials/material.ts'
import { BRASS, metal, STEEL } from '../materials/metal.ts'
import { clouds, fibres } from '../materials/noise.ts'
import { lacquer, leaf } from '../materials/plain.ts'
import { wood } from '../materials/wood.ts'
import type { Scene } from '../render/render.ts'
import { through } from '../shapes/curve.ts'
import { block, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Form, type Mesh, mesh } from '../shapes/mesh.ts'
import { slab } from '../shapes/slab.ts'
import { mix, move, type Place, smoothstep, steps, turnX, turnY, type Vec } from '../shapes/vector.ts'
import { ASH, linenTable, WALNUT } from './table.ts'

const BLADE = 20

/** Carbon steel: brushed across, a polished bevel, a bluish bloom where it was used. */
const carbon: Material = (spot, finish) => {
  const line = fibres(spot.z / 30, spot.x / 5)
  paint(finish, STEEL, 0.86 + 0.1 * line)
  finish.metal = 1
  finish.rough = 0.3 + 0.08 * line
  spot.nx += 0.05 * line
  const bevel = spot.v
  // Ground a little hollow: the room slides across it.
  spot.nz += 0.5 * (0.62 - bevel)
  spot.nx += 0.25 * (spot.x / BLADE - 0.4)
  if (bevel < 0.17) {
    finish.rough = 0.2
    spot.nz += 0.22
    paint(finish, STEEL, 1.05)
  } else {
    blend(
      finish,
      colour('#6f7c8c'),
      0.4 * smoothstep(-0.1, 0.45, clouds(spot.x / 26, spot.z / 14)) * smoothstep(0.17, 0.4, bevel),
    )
  }
}

/** Spine and edge of the blade, at a share of its length from the heel to the tip. */
const spine = (t: number) => 2.35 - 0.35 * t - 1.2 * t ** 3.2
const edge = (t: number) => -2.35 + 0.1 * t + 3.05 * t ** 3.4
const face = (up: 1 | -1): Form => ({
  columns: 90,
  rows: 24,
  at: (u, v) => {
    const along = up === 1 ? u : 1 - u
    const t = along ** 0.9
    const z = mix(edge(t), spine(t), v)
    return [t * BLADE, up * 0.14 * Math.min(1, v * 1.6) * (1 - 0.4 * t), -z]
  },
})

function knife(place: Place): Mesh[] {
  const haft = through<Vec>([
    [-12.2, 0, 0.55],
    [-10.5, 0, 0.75],
    [-7, 0, 0.1],
    [-3.5, 0, -0.35],
    [-0.9, 0, -0.6],
  ])
  const shape = oblong(
    (t) => 2.5 + 0.55 * Math.exp(-((t - 0.06) ** 2) / 0.012) - 0.25 * Math.sin(t * 3.1),
    (t) => 1.75 - 0.25 * t,
    2.8,
  )
  const ash = wood(ASH, 0.5)
  const rivet = (x: number, z: number) =>
    mesh(
      lathe((t) => [0.34 * Math.min(1, t * 3 > 1 ? (1 - t) * 1.5 : 1), t * 0.09], 32, 8),
      { material: metal(BRASS, 0.25), place: steps(move(x, 0.8, z), place) },
    )
  return [
    mesh(face(1), { material: carbon, place }),
    mesh(face(-1), { material: carbon, place }),
    mesh(block([1.5, 1.5, 2.7], 5, 48, 32), {
      material: metal(STEEL, 0.28),
      place: steps(move(-0.4, 0, -0.55), place),
    }),
    mesh(tube(haft, shape, 48, 80, [0, 1, 0], 0.05), { material: ash, place }),
    rivet(-3, -0.4),
    rivet(-6.4, -0.02),
    rivet(-9.8, 0.55),
  ]
}

const tomatoSkin = lacquer(colour('#b3281b'), 0.12, 0.045)
function tomato(place: Place, size = 1): Mesh[] {
  const stalk = leaf(colour('#4d6b2c'), colour('#7f9a55'))
  const body = lathe(
    (t) => {
      const a = (t - 0.5) * Math.PI
      const dimple = 0.35 * Math.exp(-(((1 - t) / 0.13) ** 2))
      return [1.75 * Math.cos(a) * size, (1.55 + 1.55 * Math.sin(a) - dimple) * size]
    },
    80,
    48,
  )
  return [
    mesh(body, { material: tomatoSkin, place }),
    ...Array.from({ length: 5 }, (_, k) =>
      mesh(
        {
          columns: 5,
          rows: 10,
          at: (u, v) => [
            (u - 0.5) * 0.42 * Math.sin(Math.PI * Math.min(v + 0.15, 1)) * size,
            (2.86 - 0.1 * v * v + 0.22 * v) * size,
            v * 1.25 * size,
          ],
        },
        { material: stalk, sheet: true, place: steps(turnY(k * 72 + 20), place) },
      ),
    ),
    mesh(
      tube(
        through<Vec>([
          [0, 2.7 * size, 0],
          [0.05, 3.1 * size, 0],
          [0.25, 3.5 * size, 0.1],
        ]),
        () => [0, 0],
        4,
        4,
        [0, 0, 1],
      ),
      { material: stalk, place },
    ),
  ]
}

export function knifeOnBoard(): Scene {
  const board = slab([44, 2.1, 27], 2, 0.3, 220, 110)
  return {
    view: { target: [0, 1.2, 0], pitch: 48, width: 37 },
    set: linenTable('#c3c1b6', '#cdd0cb', 60),
    things: [
      mesh(board, {
        material: wood(WALNUT, 0.35),
        place: steps(turnY(12), move(3.5, 0, -2)),
      }),
      ...knife(steps(turnX(3), move(-4.4, 3.05, 0), turnY(40), move(1.2, 0, 1.6))),
      ...tomato(move(-7.4, 2.1, -6.2), 1.15),
      ...tomato(steps(turnX(18), turnY(60), move(-3.2, 2.1, -9.4)), 1),
    ],
  }
}
