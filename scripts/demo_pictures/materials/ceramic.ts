import { blend, type Colour, darken, type Material, paint } from './material.ts'
import { clouds, fibres, grain, specks } from './noise.ts'

/** A glaze that thins at edges and runs out above the foot, on speckled clay. `foot` and `lip` are heights. */
export function glaze(
  body: Colour,
  thin: Colour,
  clay: Colour,
  foot: number,
  lip: number,
  speckled = true,
): Material {
  return (spot, finish) => {
    const angle = spot.u
    const run = foot + 0.28 * clouds(angle * 2, 0.3) + 0.1 * clouds(angle * 7, 0.7)
    const cloudy = clouds(angle * 2, spot.y / 14)
    if (spot.y < run) {
      paint(finish, clay, 1 + 0.12 * grain(angle * 3, spot.y / 8))
      blend(finish, [0.12, 0.08, 0.05], 0.55 * specks(angle * 90, spot.y * 3.2, 0.25))
      finish.rough = 0.85
      finish.gloss = 0.02
      return
    }
    paint(finish, body, 1 + 0.22 * cloudy)
    // Glaze pools above its edge, and is thin on the lip and on the rings that fingers left.
    const edge = Math.exp(-(spot.y - run) * 3.2)
    darken(finish, 1 - 0.42 * edge)
    blend(finish, thin, 0.75 * Math.exp(-Math.max(lip - spot.y, 0) * 5.5))
    const ring = Math.sin(spot.y * 5.2 + 1.2 * clouds(angle, 0.1))
    blend(finish, thin, 0.07 * Math.max(ring, 0))
    if (speckled) blend(finish, [0.09, 0.07, 0.045], 0.7 * specks(angle * 70, spot.y * 2.6, 0.3, 0.2))
    spot.ny += 0.035 * ring
    spot.nx += 0.02 * cloudy
    finish.rough = 0.1 + 0.05 * cloudy
    finish.gloss = 0.075
  }
}

/** Unglazed terracotta with a bloom of lime. */
export function terracotta(base: Colour): Material {
  return (spot, finish) => {
    const cloud = clouds(spot.u * 2, spot.y / 16)
    paint(finish, base, 1 + 0.16 * cloud + 0.1 * grain(spot.u * 4, spot.y / 7))
    blend(finish, [0.78, 0.66, 0.58], Math.max(0, 0.22 + 0.5 * clouds(spot.u * 3 + 0.4, spot.y / 11)) * 0.4)
    spot.ny += 0.06 * fibres(spot.u * 0.5, spot.y / 9)
    finish.rough = 0.9
    finish.gloss = 0.02
  }
}
