/** A measuring scoop with ground coffee, and beans. */
import { blend, colour, darken, type Material, paint } from '../materials/material.ts'
import { metal, STEEL } from '../materials/metal.ts'
import { clouds, dice, grain } from '../materials/noise.ts'
import { wood } from '../materials/wood.ts'
import { bar, block, corners, lathe, oblong, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnX, turnY } from '../shapes/vector.ts'
import { WALNUT } from './table.ts'

const bean: Material = (spot, finish) => {
  paint(finish, colour('#3f2314'), 1 + 0.3 * clouds(spot.x, spot.z))
  if (Math.abs(spot.z + 0.08 * Math.sin(spot.x * 5)) < 0.045 && spot.y > 0) darken(finish, 0.25)
  finish.rough = 0.35
  finish.gloss = 0.05
}
const grounds: Material = (spot, finish) => {
  const crumb = grain(spot.x / 8, spot.z / 8)
  paint(finish, colour('#3a2012'), 1 + 0.8 * crumb)
  blend(finish, colour('#7a4a2a'), Math.max(0, grain(spot.z / 5, spot.x / 5)) * 0.5)
  spot.nx += 0.4 * crumb
  finish.rough = 1
  finish.gloss = 0.02
}

export function scoop(place: Place): Mesh[] {
  const steel = metal(STEEL, 0.25, true)
  const cup = lathe(
    corners(
      [
        [0, 0],
        [1.5, 0.05],
        [2.3, 0.8],
        [2.5, 2.3],
        [2.4, 2.35],
        [2.2, 0.9],
        [1.4, 0.3],
        [0, 0.25],
      ],
      0.3,
    ),
    80,
    60,
  )
  const heap = lathe((t) => [2.3 * (1 - t), 1.9 + 0.9 * (1 - (1 - t) ** 2) + 0.06 * Math.sin(t * 40)], 60, 24)
  return [
    mesh(cup, { material: steel, place }),
    mesh(heap, { material: grounds, place }),
    mesh(bar([2.3, 2.1, 0], [4.4, 2.6, 0], 0.28, 16, 16), { material: steel, place }),
    mesh(
      tube(
        (t) => [4.2 + 7.2 * t, 2.55 + 0.7 * t, 0],
        oblong((t) => 1.1 + 0.35 * t, 0.8, 2.6),
        28,
        40,
      ),
      { material: wood(WALNUT, 0.6), place },
    ),
  ]
}

/** Spread by chance over a patch of the table around x, z. */
export function beans(count: number, x: number, z: number): Mesh[] {
  const roll = dice(31)
  return Array.from({ length: count }, () => {
    const [a, r] = [roll() * 6.28, Math.sqrt(roll())]
    const lying = steps(
      turnX((roll() - 0.5) * 70),
      turnY(roll() * 360),
      move(x + 4.4 * r * Math.cos(a), 0.3, z + 2.2 * r * Math.sin(a)),
    )
    return mesh(block([1.15, 0.6, 0.82], 2, 20, 12), { material: bean, place: lying })
  })
}
