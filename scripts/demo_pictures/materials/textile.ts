import { blend, type Colour, darken, type Material, paint } from './material.ts'
import { clouds, fibres, grain } from './noise.ts'

export type Weave = {
  readonly warp: Colour
  readonly weft: Colour
  /** Threads in a centimetre. */
  readonly threads: number
  /** How uneven the threads are. */
  readonly slub?: number
  readonly sheen?: number
  /** The two directions of the threads, from the point of the thing. Without it: x and z. */
  readonly across?: (x: number, y: number, z: number, u: number, v: number) => readonly [number, number]
}

/** Plain weave: threads over and under one another, as at linen and canvas. */
export function weave({ warp, weft, threads, slub = 0.5, sheen = 0.05, across }: Weave): Material {
  return (spot, finish) => {
    const [s, t] = across ? across(spot.x, spot.y, spot.z, spot.u, spot.v) : [spot.x, spot.z]
    const uneven = 0.35 * slub * clouds(s / 22, t / 22)
    const a = s * threads + uneven * 2
    const b = t * threads + uneven * 2
    const ca = Math.cos(a * 6.2832)
    const cb = Math.cos(b * 6.2832)
    const over = (Math.floor(a) + Math.floor(b)) & 1
    const thick = slub * (over ? fibres(t / 34, s / 12) : fibres(s / 34, t / 12))
    paint(finish, over ? warp : weft, 1 + 0.34 * thick + 0.1 * clouds(s / 50, t / 50))
    darken(finish, 0.86 + 0.09 * (over ? -ca : -cb) + 0.05 * grain(s / 6, t / 6))
    spot.nx += 0.12 * Math.sin(a * 6.2832)
    spot.nz += 0.12 * Math.sin(b * 6.2832)
    finish.rough = 0.95
    finish.gloss = 0.012
    finish.sheen = sheen
  }
}

/** Wool felt: no threads, a nap of short hairs in all directions that catches the light at the rim. */
export function felt(base: Colour, fleck: Colour, sheen = 0.3): Material {
  return (spot, finish) => {
    const { x, y, z } = spot
    const a = x + y * 0.7
    const b = z - y * 0.6
    const nap = grain(a / 5, b / 5)
    const tufts = clouds(a / 9, b / 9)
    paint(finish, base, 1 + 0.26 * nap + 0.16 * tufts)
    blend(
      finish,
      fleck,
      Math.min(Math.max(0, clouds(b / 4 + 0.3, a / 4)) * 0.55 + Math.max(0, nap) * 0.25, 0.6),
    )
    spot.nx += 0.26 * nap
    spot.nz += 0.2 * tufts
    spot.ny += 0.2 * grain(b / 4, a / 4)
    finish.rough = 1
    finish.gloss = 0.008
    finish.sheen = sheen
  }
}
