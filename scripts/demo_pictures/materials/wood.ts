import { blend, type Colour, darken, type Material, paint } from './material.ts'
import { clouds, fibres, grain } from './noise.ts'

export type Wood = {
  readonly light: Colour
  readonly dark: Colour
  readonly pore: Colour
  readonly rings?: number
}

/** Wood that grew along the x axis of the thing; its rings are about an axis below it. */
export function wood(
  { light, dark, pore, rings = 0.9 }: Wood,
  polish = 0.5,
  along: 'x' | 'y' | 'z' = 'x',
): Material {
  return (spot, finish) => {
    const l = along === 'x' ? spot.x : along === 'y' ? spot.y : spot.z
    const a = along === 'x' ? spot.y : spot.x
    const b = along === 'z' ? spot.y : spot.z
    const wave = clouds(l / 60, (a + b) / 24)
    const radius = Math.hypot(a * 0.6 + 5.2 + 1.2 * wave, b + 1.7 + 0.8 * clouds(l / 45, a / 30))
    const ring = 0.5 + 0.5 * Math.sin(radius * 6.28 * rings + 2.2 * wave)
    const fine = fibres(l / 26, (a + b * 1.7) / 11)
    paint(finish, light)
    blend(finish, dark, Math.min(Math.max(ring ** 2 * 0.55 + 0.25 * fine + 0.3 * wave, 0), 1))
    const line = fibres(l / 14 + 0.3, (a * 1.3 + b) / 5.5)
    if (line > 0.3) blend(finish, pore, Math.min((line - 0.3) * 1.7, 0.5))
    darken(finish, 1 + 0.06 * grain(l / 12, (a + b) / 6))
    spot.nx += along === 'x' ? 0 : 0.03 * fine
    spot.nz += 0.03 * line
    finish.rough = 0.62 - 0.3 * polish + 0.1 * fine
    finish.gloss = 0.03 + 0.015 * polish
  }
}

/** A table top of planks along x, each cut from another place. */
export function planks(kind: Wood, width: number, polish = 0.25): Material {
  const one = wood(kind, polish)
  return (spot, finish) => {
    const { x, z } = spot
    const plank = Math.floor(z / width)
    const within = z / width - plank
    spot.x = x + plank * 37.7
    spot.z = (within - 0.5) * width * (plank % 2 ? 1 : -1) + plank * 1.3
    spot.y = (plank * 2.63) % 3
    one(spot, finish)
    const gap = Math.min(within, 1 - within) * width
    darken(finish, (1 + 0.1 * clouds(plank * 0.37, 0.5)) * (gap < 0.07 ? 0.35 + 0.65 * (gap / 0.07) : 1))
  }
}
