/** Points and directions: x to the right, y up, z towards the camera, in centimetres. */
export type Vec = readonly [x: number, y: number, z: number]

export const add = (a: Vec, b: Vec): Vec => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
export const sub = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
export const scale = (a: Vec, k: number): Vec => [a[0] * k, a[1] * k, a[2] * k]
export const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
export const cross = (a: Vec, b: Vec): Vec => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
export const unit = (a: Vec): Vec => scale(a, 1 / (Math.hypot(...a) || 1))
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t
export const mixVec = (a: Vec, b: Vec, t: number): Vec => [
  mix(a[0], b[0], t),
  mix(a[1], b[1], t),
  mix(a[2], b[2], t),
]
export const clamp = (x: number, low = 0, high = 1): number => (x < low ? low : Math.min(x, high))
export const smoothstep = (from: number, to: number, x: number): number => {
  const t = clamp((x - from) / (to - from))
  return t * t * (3 - 2 * t)
}

/** A step from the coordinates of a shape to those of what it is part of. */
export type Place = (p: Vec) => Vec

export const move =
  (x: number, y: number, z: number): Place =>
  (p) => [p[0] + x, p[1] + y, p[2] + z]
/** Turns are in degrees, anticlockwise when the axis points at the viewer. */
const turn = (degrees: number, spin: (p: Vec, c: number, s: number) => Vec): Place => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return (p) => spin(p, c, s)
}
export const turnX = (degrees: number): Place =>
  turn(degrees, ([x, y, z], c, s) => [x, y * c - z * s, y * s + z * c])
export const turnY = (degrees: number): Place =>
  turn(degrees, ([x, y, z], c, s) => [x * c + z * s, y, z * c - x * s])
export const turnZ = (degrees: number): Place =>
  turn(degrees, ([x, y, z], c, s) => [x * c - y * s, x * s + y * c, z])
/** The steps one after another, the first one first. */
export const steps =
  (...places: readonly Place[]): Place =>
  (p) => {
    let at = p
    for (const place of places) at = place(at)
    return at
  }
