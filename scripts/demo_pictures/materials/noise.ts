/** Noise that is always the same: tiles that are computed once, repeat without a seam, and are looked up. */

/** Numbers from 0 to 1, one after another, always the same from one seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const SIZE = 512
const MASK = SIZE - 1
type Tile = Float32Array

/** Octaves of a lattice of random values, `x` by `y` cells in the tile at first. From -1 to 1, mostly within half of that. */
function octaves(seed: number, x: number, y: number, count: number): Tile {
  const tile = new Float32Array(SIZE * SIZE)
  const roll = dice(seed)
  for (let octave = 0, height = 1; octave < count; octave += 1, height *= 0.55) {
    const [across, down] = [Math.min(x << octave, SIZE), Math.min(y << octave, SIZE)]
    const lattice = Float32Array.from({ length: across * down }, () => roll() * 2 - 1)
    const smooth = (t: number) => t * t * (3 - 2 * t)
    for (let j = 0; j < SIZE; j += 1) {
      const fy = (j * down) / SIZE
      const y0 = Math.floor(fy)
      const ty = smooth(fy - y0)
      const row0 = y0 * across
      const row1 = ((y0 + 1) % down) * across
      for (let i = 0; i < SIZE; i += 1) {
        const fx = (i * across) / SIZE
        const x0 = Math.floor(fx)
        const x1 = (x0 + 1) % across
        const tx = smooth(fx - x0)
        const top = lattice[row0 + x0]! + (lattice[row0 + x1]! - lattice[row0 + x0]!) * tx
        const low = lattice[row1 + x0]! + (lattice[row1 + x1]! - lattice[row1 + x0]!) * tx
        tile[j * SIZE + i]! += (top + (low - top) * ty) * height * 0.6
      }
    }
  }
  return tile
}

const once = (make: () => Tile) => {
  let tile: Tile | undefined
  return (u: number, v: number): number => {
    tile ??= make()
    const x = u * SIZE
    const y = v * SIZE
    const x0 = Math.floor(x)
    const y0 = Math.floor(y)
    const tx = x - x0
    const ty = y - y0
    const row0 = (y0 & MASK) * SIZE
    const row1 = ((y0 + 1) & MASK) * SIZE
    const left = x0 & MASK
    const right = (x0 + 1) & MASK
    const top = tile[row0 + left]! + (tile[row0 + right]! - tile[row0 + left]!) * tx
    const low = tile[row1 + left]! + (tile[row1 + right]! - tile[row1 + left]!) * tx
    return top + (low - top) * ty
  }
}

/** Each repeats after 1 in u and in v. */
export const clouds = once(() => octaves(11, 4, 4, 6))
/** Fine and even, without large shapes. */
export const grain = once(() => octaves(23, 96, 96, 3))
/** Long in u, fine in v. */
export const fibres = once(() => octaves(37, 3, 128, 3))

/** How much of a speck there is here: 0 almost everywhere, up to 1. One speck at most per cell of 1 by 1. */
export function specks(x: number, y: number, share: number, size = 0.3): number {
  const cx = Math.floor(x)
  const cy = Math.floor(y)
  let h = Math.imul(cx, 0x27d4eb2d) ^ Math.imul(cy, 0x165667b1)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h ^= h >>> 13
  if ((h & 1023) / 1023 > share) return 0
  const px = 0.3 + (((h >>> 10) & 255) / 255) * 0.4
  const py = 0.3 + (((h >>> 18) & 255) / 255) * 0.4
  const radius = size * (0.4 + (((h >>> 26) & 31) / 31) * 0.6)
  const d = Math.hypot(x - cx - px, y - cy - py) / radius
  return d >= 1 ? 0 : d < 0.6 ? 1 : (1 - d) / 0.4
}
