/** Curves through given points, evenly resampled. */
import { mix, type Vec } from './vector.ts'

/** A Catmull-Rom curve through the points (of any dimension), at t from 0 to 1. */
export function through<P extends readonly number[]>(points: readonly P[]): (t: number) => P {
  const last = points.length - 1
  return (t) => {
    const scaled = Math.min(Math.max(t, 0), 1) * last
    const k = Math.min(Math.floor(scaled), last - 1)
    const s = scaled - k
    const [a, b, c, d] = [
      points[Math.max(k - 1, 0)]!,
      points[k]!,
      points[k + 1]!,
      points[Math.min(k + 2, last)]!,
    ]
    return b.map((_, n) => {
      const [p0, p1, p2, p3] = [a[n]!, b[n]!, c[n]!, d[n]!]
      return p1 + 0.5 * s * (p2 - p0 + s * (2 * p0 - 5 * p1 + 4 * p2 - p3 + s * (3 * (p1 - p2) + p3 - p0)))
    }) as unknown as P
  }
}

/** Straight lines between the points, at t from 0 to 1. */
export function along<P extends readonly number[]>(points: readonly P[]): (t: number) => P {
  const last = points.length - 1
  return (t) => {
    const scaled = Math.min(Math.max(t, 0), 1) * last
    const k = Math.min(Math.floor(scaled), last - 1)
    return points[k]!.map((from, n) => mix(from, points[k + 1]![n]!, scaled - k)) as unknown as P
  }
}

/** The same curve at constant speed: t is then a share of its length. */
export function evenly<P extends readonly number[]>(curve: (t: number) => P, pieces = 200): (t: number) => P {
  const lengths = [0]
  let before = curve(0)
  for (let k = 1; k <= pieces; k += 1) {
    const next = curve(k / pieces)
    lengths.push(lengths[k - 1]! + Math.hypot(...next.map((x, n) => x - before[n]!)))
    before = next
  }
  const total = lengths[pieces]!
  return (t) => {
    const wanted = Math.min(Math.max(t, 0), 1) * total
    let [low, high] = [0, pieces]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (lengths[middle]! <= wanted) low = middle
      else high = middle
    }
    const width = lengths[high]! - lengths[low]! || 1
    return curve((low + (wanted - lengths[low]!) / width) / pieces)
  }
}

export type Line = (t: number) => Vec
