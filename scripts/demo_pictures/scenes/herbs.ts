import { terracotta } from '../materials/ceramic.ts'
import { colour, type Material, paint } from '../materials/material.ts'
import { dice } from '../materials/noise.ts'
import { leaf, soil } from '../materials/plain.ts'
import { wood } from '../materials/wood.ts'
import type { Scene } from '../render/render.ts'
import { evenly, type Line, through } from '../shapes/curve.ts'
import { block, corners, lathe, round, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnX, turnY, type Vec } from '../shapes/vector.ts'
import { ASH, oakTable } from './table.ts'

const CLAY = terracotta(colour('#b5694a'))
const SOIL_Y = 7.1

function pot(place: Place): Mesh[] {
  const wall = corners(
    [
      [0, 0],
      [3.2, 0],
      [3.3, 0.2],
      [4.35, 6.2],
      [4.9, 6.25],
      [5.05, 8.2],
      [4.9, 8.35],
      [4.5, 8.3],
      [4.25, 6.4],
      [3.9, 6.2],
    ],
    0.12,
  )
  return [
    mesh(lathe(wall, 112, 90), { material: CLAY, place }),
    mesh(
      lathe((t) => [4.45 * (1 - t), SOIL_Y + 0.25 * t + 0.12 * Math.sin(t * 30)], 60, 24),
      { material: soil, place },
    ),
  ]
}

/** A leaf from its stem along z: as long and wide as given, bent down, its halves folded up. */
const blade = (length: number, width: number, bend: number, look: Material, place: Place, fine = 10): Mesh =>
  mesh(
    {
      columns: fine,
      rows: fine + 4,
      at: (u, v) => {
        const half = Math.sin(Math.PI * v ** 0.72) ** 0.85 * (1 - 0.15 * v)
        const x = (u - 0.5) * width * half
        return [
          x,
          Math.abs(x) * 0.42 - bend * length * v * v + 0.05 * length * Math.sin(v * 9) * Math.abs(u - 0.5),
          v * length,
        ]
      },
    },
    { material: look, sheet: true, place },
  )

const stemOf = (line: Line, radius: number, tone: string, place: Place): Mesh => {
  const skin: Material = (_spot, finish) => paint(finish, colour(tone))
  return mesh(
    tube(
      line,
      round((t) => radius * (1 - 0.5 * t)),
      8,
      20,
      [0, 0, 1],
    ),
    { material: skin, place },
  )
}

function basil(place: Place): Mesh[] {
  const roll = dice(3)
  const greens = ['#4f7a2e', '#5d8a35', '#456e2a', '#6b963e'].map((tone) =>
    leaf(colour(tone), colour('#9fbf6a'), 5),
  )
  return Array.from({ length: 7 }, (_, k) => {
    const [angle, lean, tall] = [
      k * 137.5,
      k === 0 ? 0.3 : 1.4 + roll() * 1.6,
      8.5 + roll() * 3.5 - (k === 0 ? -1 : 0),
    ]
    const line = through<Vec>([
      [0, SOIL_Y, 0],
      [0, SOIL_Y + tall * 0.5, lean * 0.4],
      [0, SOIL_Y + tall, lean],
    ])
    const whole = steps(turnY(angle), place)
    const tiers = [0.5, 0.75, 1]
    return [
      stemOf(line, 0.2, '#7d9a4c', whole),
      ...tiers.flatMap((t, tier) =>
        [0, 180].map((side) => {
          const size = [4.9, 5.0, 3.2][tier]! * (0.85 + 0.3 * roll())
          return blade(
            size,
            size * 0.8,
            0.28 + 0.2 * roll(),
            greens[Math.floor(roll() * 4)]!,
            steps(turnX(-[5, 16, 40][tier]!), turnY(side + tier * 90 + roll() * 40), move(...line(t)), whole),
          )
        }),
      ),
    ]
  }).flat()
}

function chives(place: Place): Mesh[] {
  const roll = dice(8)
  const green: Material = (spot, finish) => {
    paint(finish, colour('#4b7a35'), 0.75 + 0.5 * spot.v)
    finish.rough = 0.4
  }
  return Array.from({ length: 64 }, () => {
    const [a, r] = [roll() * 6.28, Math.sqrt(roll()) * 2.9]
    const [x, z] = [r * Math.cos(a), r * Math.sin(a)]
    const tall = 11 + roll() * 6.5
    const out = 0.35 + roll() * 0.75
    const droop = roll() > 0.8 ? 0.75 : 1
    const line = through<Vec>([
      [x, SOIL_Y, z],
      [x * (1 + out * 0.3), SOIL_Y + tall * 0.5, z * (1 + out * 0.3)],
      [x * (1 + out) + (1 - droop) * 5, SOIL_Y + tall * droop, z * (1 + out)],
    ])
    return mesh(
      tube(
        line,
        round((t) => 0.19 * (1 - t ** 3) + 0.02),
        7,
        16,
        [0, 0, 1],
        0.02,
      ),
      { material: green, place },
    )
  })
}

function thyme(place: Place): Mesh[] {
  const roll = dice(12)
  const greens = ['#6d8a5a', '#7f9a68', '#5c7a4c'].map((tone) => leaf(colour(tone), colour('#a8ba8c'), 2))
  return Array.from({ length: 24 }, (_, k) => {
    const [angle, out, tall] = [k * 137.5, 1.2 + roll() * 4.2, 3.6 + roll() * 4.4]
    const line = evenly(
      through<Vec>([
        [0, SOIL_Y, 0.5],
        [0, SOIL_Y + tall * 0.62, out * 0.5 + 0.5],
        [0, SOIL_Y + tall - out * 0.25, out + 0.8],
      ]),
      40,
    )
    const whole = steps(turnY(angle), place)
    return [
      stemOf(line, 0.1, '#8b6b4a', whole),
      ...Array.from({ length: 18 }, (_, n) => {
        const t = 0.22 + (0.78 * n) / 17
        return blade(
          0.85 + 0.3 * roll(),
          0.5,
          0.2,
          greens[n % 3]!,
          steps(turnX(-25 - roll() * 20), turnY(n * 97 + roll() * 40), move(...line(t)), whole),
          4,
        )
      }),
    ]
  }).flat()
}

/** A wooden label with a rounded top, stuck into the soil. */
const label = (place: Place): Mesh =>
  mesh(block([1.7, 7.4, 0.22], 5, 40, 24), { material: wood(ASH, 0.2, 'y'), place: steps(turnX(-8), place) })

export function herbPots(): Scene {
  const at = [steps(turnY(10), move(-9.9, 0, -2.6)), move(0.2, 0, 2), move(10, 0, -2)] as const
  return {
    view: { target: [0.2, 8.9, 0], pitch: 20, width: 38 },
    set: oakTable('#cdd2c4', 26),
    things: [
      ...at.flatMap((place) => pot(place)),
      ...basil(at[0]),
      ...thyme(at[1]),
      ...chives(at[2]),
      label(steps(move(2.3, SOIL_Y + 2.4, 1.6), turnY(8), at[0])),
      label(steps(move(2.2, SOIL_Y + 2.2, 1.7), turnY(-6), at[1])),
      label(steps(move(-2.3, SOIL_Y + 2.3, 1.9), turnY(5), at[2])),
    ],
  }
}

export const basilClose = (): Scene => ({
  ...herbPots(),
  view: { target: [-9.4, 13, -1], pitch: 24, width: 18 },
})
