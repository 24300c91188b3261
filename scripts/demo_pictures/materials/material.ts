/** What a material is told about a point, and what it answers. Both are written over for each point: no garbage. */

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

export type Material = (spot: Spot, finish: Finish) => void

export type Colour = readonly [red: number, green: number, blue: number]

/** `#rrggbb` as linear light. */
export function colour(hex: string): Colour {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
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
