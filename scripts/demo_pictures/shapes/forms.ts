/** Forms that most things are made of. Each is closed or open as its name says; materials get u around and v along. */
import { evenly, type Line } from './curve.ts'
import type { Form } from './mesh.ts'
import { add, clamp, cross, mixVec, sub, unit, type Vec } from './vector.ts'

/** A mesh asks for a whole row at one v: what depends on v alone is computed once for the row. */
export function perRow<T>(compute: (v: number) => T): (v: number) => T {
  let last = Number.NaN
  let value: T
  return (v) => {
    if (v !== last) {
      value = compute(v)
      last = v
    }
    return value
  }
}

/** What a lathe makes: a profile of [radius, height] turned about the y axis, seen from outside if it runs upward. */
export function lathe(profile: (t: number) => readonly [number, number], columns = 120, rows = 64): Form {
  const ring = perRow(profile)
  return {
    columns,
    rows,
    closed: true,
    at: (u, v) => {
      const [radius, height] = ring(v)
      const angle = u * 2 * Math.PI
      return [radius * Math.sin(angle), height, radius * Math.cos(angle)]
    },
  }
}

/** Like a lathe, but about an outline in x and z instead of a circle; the profile is [scale, height]. */
export function cast(
  outline: (around: number) => readonly [number, number],
  profile: (t: number) => readonly [number, number],
  columns = 120,
  rows = 40,
): Form {
  const ring = perRow(profile)
  const around = Array.from({ length: columns }, (_, k) => outline(k / (columns - 1)))
  return {
    columns,
    rows,
    closed: true,
    at: (u, v) => {
      const [x, z] = around[Math.round(u * (columns - 1))]!
      const [size, height] = ring(v)
      return [x * size, height, z * size]
    },
  }
}

/** A straight round bar. */
export const bar = (
  from: Vec,
  to: Vec,
  radius: number | ((along: number) => number),
  columns = 20,
  rows = 20,
): Form =>
  tube(
    (t) => mixVec(from, to, t),
    round(radius),
    columns,
    rows,
    Math.abs(to[1] - from[1]) > 0.9 * Math.hypot(...sub(to, from)) ? [0, 0, 1] : [0, 1, 0],
  )

/** A profile through the points with rounded corners: straight runs, with `round` cut off each corner. */
export function corners(
  points: readonly (readonly [number, number])[],
  round = 0.15,
): (t: number) => readonly [number, number] {
  const dense: [number, number][] = []
  points.forEach((p, k) => {
    const [before, after] = [points[k - 1], points[k + 1]]
    if (!before || !after) {
      dense.push([p[0], p[1]])
      return
    }
    const inward = Math.min(round, Math.hypot(p[0] - before[0], p[1] - before[1]) / 2)
    const outward = Math.min(round, Math.hypot(after[0] - p[0], after[1] - p[1]) / 2)
    const a = towards(p, before, inward)
    const b = towards(p, after, outward)
    for (let s = 0; s <= 4; s += 1) {
      const t = s / 4
      const blend = (n: 0 | 1) => (1 - t) ** 2 * a[n] + 2 * t * (1 - t) * p[n] + t * t * b[n]
      dense.push([blend(0), blend(1)])
    }
  })
  const last = dense.length - 1
  // Half of the rows go to the corners, whatever their length.
  const straight = evenly<readonly [number, number]>((t) => pick(dense, t * last), 400)
  return (t) => (t <= 0 ? dense[0]! : t >= 1 ? dense[last]! : straight(t))
}
function towards(p: readonly [number, number], q: readonly [number, number], d: number): [number, number] {
  const length = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1
  return [p[0] + ((q[0] - p[0]) * d) / length, p[1] + ((q[1] - p[1]) * d) / length]
}
function pick(points: readonly (readonly [number, number])[], at: number): readonly [number, number] {
  const k = Math.min(Math.floor(at), points.length - 2)
  const [a, b] = [points[k]!, points[k + 1]!]
  return [a[0] + (b[0] - a[0]) * (at - k), a[1] + (b[1] - a[1]) * (at - k)]
}

/** A section [across, up] at angle (0 to 1) around a line, v along it. Without a section: a round of that radius. */
export type Section = (around: number, along: number) => readonly [number, number]
export const round =
  (radius: number | ((along: number) => number)): Section =>
  (around, along) => {
    const r = typeof radius === 'number' ? radius : radius(along)
    return [r * Math.cos(around * 2 * Math.PI), r * Math.sin(around * 2 * Math.PI)]
  }
/** A rectangle with rounded corners; `power` 2 is an ellipse, 8 almost a box. */
export const oblong =
  (
    width: number | ((along: number) => number),
    height: number | ((along: number) => number),
    power = 5,
  ): Section =>
  (around, along) => {
    const w = typeof width === 'number' ? width : width(along)
    const h = typeof height === 'number' ? height : height(along)
    const [c, s] = [Math.cos(around * 2 * Math.PI), Math.sin(around * 2 * Math.PI)]
    const k = (Math.abs(c) ** power + Math.abs(s) ** power) ** (-1 / power)
    return [(w / 2) * c * k, (h / 2) * s * k]
  }

/** A section drawn along a line; its ends are closed, and `up` says which way its second coordinate points. */
export function tube(
  line: Line,
  section: Section,
  columns = 24,
  rows = 48,
  up: Vec = [0, 1, 0],
  ends = 0.06,
): Form {
  const frame = perRow((v) => {
    // The first and last part of v close the ends: the section shrinks to the line.
    const along = clamp((v - ends) / (1 - 2 * ends))
    const shrink = Math.sqrt(clamp(Math.min(v / ends, (1 - v) / ends)))
    const ahead = unit(sub(line(Math.min(along + 0.01, 1)), line(Math.max(along - 0.01, 0))))
    const side = unit(cross(up, ahead))
    return { along, shrink, middle: line(along), side, top: cross(ahead, side) }
  })
  return {
    columns,
    rows,
    closed: true,
    at: (u, v) => {
      const { along, shrink, middle, side, top } = frame(v)
      const across = section(u, along)
      const x = across[0] * shrink
      const y = across[1] * shrink
      return [
        middle[0] + side[0] * x + top[0] * y,
        middle[1] + side[1] * x + top[1] * y,
        middle[2] + side[2] * x + top[2] * y,
      ]
    },
  }
}

/** A closed shape of the size given, from a sphere (power 2) to a box with soft edges (power 8 and more). */
export function block(size: Vec, power = 6, columns = 64, rows = 40): Form {
  return {
    columns,
    rows,
    closed: true,
    at: (u, v) => {
      const [a, b] = [u * 2 * Math.PI, (v - 0.5) * Math.PI]
      const d: Vec = [Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b)]
      // The cube map spreads the grid evenly over flat faces.
      const k = (Math.abs(d[0]) ** power + Math.abs(d[1]) ** power + Math.abs(d[2]) ** power) ** (-1 / power)
      return [(d[0] * k * size[0]) / 2, (d[1] * k * size[1]) / 2, (d[2] * k * size[2]) / 2]
    },
  }
}

/** A flat or bent sheet of the size given, in x and z, with a height and a shift of its own at each point. */
export function sheet(
  width: number,
  depth: number,
  bend: (u: number, v: number) => Vec = () => [0, 0, 0],
  columns = 40,
  rows = 40,
): Form {
  return {
    columns,
    rows,
    at: (u, v) => add([(u - 0.5) * width, 0, (0.5 - v) * depth], bend(u, v)),
  }
}
