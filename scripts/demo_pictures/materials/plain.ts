/** Things with one colour and a surface: lacquer, rubber, leather, leaves, wax, soil, food, light. */
import { blend, type Colour, colour, darken, type Material, paint } from './material.ts'
import { clouds, grain, specks } from './noise.ts'

export function lacquer(tone: Colour, rough = 0.25, gloss = 0.045): Material {
  return (spot, finish) => {
    paint(finish, tone, 1 + 0.04 * clouds(spot.x / 13, spot.z / 13))
    finish.rough = rough
    finish.gloss = gloss
  }
}

export function leather(tone: Colour): Material {
  return (spot, finish) => {
    const crease = clouds((spot.x + spot.y) / 9, (spot.z + spot.y * 0.6) / 9)
    const pore = grain((spot.x + spot.y * 0.8) / 5, (spot.z - spot.y * 0.7) / 5)
    paint(finish, tone, 1 + 0.2 * crease + 0.12 * pore)
    spot.nx += 0.1 * pore
    spot.nz += 0.08 * pore + 0.06 * crease
    finish.rough = 0.55
    finish.gloss = 0.04
  }
}

/** Seen from the flat side: u across, v from the stem to the tip. Light shines through a little. */
export function leaf(tone: Colour, vein: Colour, veins = 6): Material {
  return (spot, finish) => {
    const side = Math.abs(spot.u - 0.5) * 2
    paint(finish, tone, 1 + 0.25 * clouds(spot.u, spot.v))
    const branch = Math.abs(((spot.v - side * 0.28) * veins) % 1) - 0.5
    blend(
      finish,
      vein,
      Math.max(Math.exp(-side * 16) * 0.7, Math.exp(-Math.abs(branch) * 14) * 0.3 * (1 - side)),
    )
    spot.nx += 0.22 * Math.sin((spot.v - side * 0.28) * veins * 6.283) * (spot.u - 0.5)
    finish.rough = 0.45
    finish.gloss = 0.035
    finish.glowRed = finish.red * 0.05
    finish.glowGreen = finish.green * 0.08
    finish.glowBlue = finish.blue * 0.03
  }
}

export const soil: Material = (spot, finish) => {
  const crumb = grain(spot.x / 14, spot.z / 14) + clouds(spot.x / 5, spot.z / 5)
  paint(finish, [0.035, 0.022, 0.014], 1 + 0.8 * crumb)
  blend(finish, [0.3, 0.25, 0.2], specks(spot.x * 3, spot.z * 3, 0.1, 0.25) * 0.5)
  spot.nx += 0.4 * crumb
  spot.nz += 0.4 * grain(spot.z / 14, spot.x / 14)
  finish.rough = 1
  finish.gloss = 0.01
}

/** A sheet of beeswax with its honeycomb, rolled: `radius` of the candle. Near the flame light shines through it. */
export function beeswax(radius: number, top: number, lit: boolean): Material {
  const tone = colour('#d99a2b')
  const CELL = 0.62
  return (spot, finish) => {
    const s = (spot.u * 2 * Math.PI * radius) / CELL
    const t = spot.y / CELL
    const edge = honeycomb(s, t)
    paint(finish, tone, 1 + 0.1 * clouds(spot.u * 2, spot.y / 20))
    if (spot.y < top - 0.02) {
      darken(finish, 0.72 + 0.38 * edge.wall)
      spot.nx -= edge.x * 0.5 * Math.cos(spot.u * 6.283)
      spot.nz += edge.x * 0.5 * Math.sin(spot.u * 6.283)
      spot.ny -= edge.y * 0.5
    }
    finish.rough = 0.5
    finish.gloss = 0.035
    const through = 0.03 + (lit ? 2.4 * Math.exp(-(top - spot.y) / 2.2) : 0)
    finish.glowRed = finish.red * through
    finish.glowGreen = finish.green * through * 0.75
    finish.glowBlue = finish.blue * through * 0.4
  }
}

/** The cell at a point: how much of its wall is here (0 to 1), and the slope towards its middle. */
function honeycomb(s: number, t: number): { wall: number; x: number; y: number } {
  const [w, h] = [1, Math.sqrt(3)]
  const near = (ox: number, oy: number) => {
    const x = s - (Math.round((s - ox) / w) * w + ox)
    const y = t - (Math.round((t - oy) / h) * h + oy)
    return { x, y, d: Math.max(Math.abs(x), Math.abs(x) * 0.5 + Math.abs(y) * 0.866) }
  }
  const [a, b] = [near(0, 0), near(w / 2, h / 2)]
  const cell = a.d < b.d ? a : b
  const wall = Math.min(Math.max((cell.d - 0.28) / 0.2, 0), 1)
  const slope = wall > 0 && wall < 1 ? 1 : 0
  return { wall, x: cell.x * slope * 2, y: cell.y * slope * 2 }
}

/** Brightest where it is thickest, nothing at its edge; blue and faint at its foot. */
export const flame: Material = (spot, finish) => {
  paint(finish, [0, 0, 0])
  finish.gloss = 0
  const thick = Math.max(spot.facing, 0)
  const core = thick * thick
  const hot = Math.min(1, 0.1 + spot.v * 2.4)
  finish.glowRed = hot * (0.9 * thick + 3.2 * core)
  finish.glowGreen = hot * (0.32 * thick + 2.5 * core) * (1.05 - 0.3 * spot.v)
  finish.glowBlue = hot * (0.02 + 1.3 * core * thick) * (1 - 0.5 * spot.v) + 0.22 * (1 - hot) * thick
}

/** The glow of the air around a flame. */
export const halo: Material = (spot, finish) => {
  paint(finish, [0, 0, 0])
  finish.gloss = 0
  const thick = Math.max(spot.facing, 0)
  const strength = 0.3 * thick * thick * thick * thick
  finish.glowRed = strength
  finish.glowGreen = strength * 0.55
  finish.glowBlue = strength * 0.2
}
