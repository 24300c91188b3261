/** What a material gets to know about a point, and what it answers. Both objects serve for all points: no garbage. */

export type Spot = {
  u: number
  v: number
  /** In the coordinates of the thing. */
  x: number
  y: number
  z: number
  /** The normal in the world; a material may bend it. */
  nx: number
  ny: number
  nz: number
  /** Cosine of the angle between the normal and the view. */
  facing: number
}

export type Finish = {
  red: number
  green: number
  blue: number
  /** 0 mirrors, 1 scatters. */
  rough: number
  /** Strength of reflections at right angles: 0.04 for glaze and plastic; metals reflect their colour instead. */
  gloss: number
  metal: number
  /** Light at the rim, as on felt and velvet. */
  sheen: number
  /** Light of its own. */
  glowRed: number
  glowGreen: number
  glowBlue: number
}

export const createSpot = (): Spot => ({ u: 0, v: 0, x: 0, y: 0, z: 0, nx: 0, ny: 1, nz: 0, facing: 1 })
export const createFinish = (): Finish => ({
  red: 1,
  green: 1,
  blue: 1,
  rough: 0.6,
  gloss: 0.04,
  metal: 0,
  sheen: 0,
  glowRed: 0,
  glowGreen: 0,
  glowBlue: 0,
})

export type Material = (spot: Spot, finish: Finish) => void

export type Colour = readonly [red: number, green: number, blue: number]

const known = new Map<string, Colour>()

/** `#rrggbb` as linear light. */
export function colour(hex: string): Colour {
  const already = known.get(hex)
  if (already) return already
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const light: Colour = [channel(1), channel(3), channel(5)]
  known.set(hex, light)
  return light
}

export function paint(finish: Finish, [red, green, blue]: Colour, strength = 1): void {
  finish.red = red * strength
  finish.green = green * strength
  finish.blue = blue * strength
}

export function blend(finish: Finish, [red, green, blue]: Colour, share: number): void {
  finish.red += (red - finish.red) * share
  finish.green += (green - finish.green) * share
  finish.blue += (blue - finish.blue) * share
}
export function darken(finish: Finish, by: number): void {
  finish.red *= by
  finish.green *= by
  finish.blue *= by
}
