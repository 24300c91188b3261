/** A surface as a grid of points with normals: the one form of geometry that is drawn and that throws shadows. */
import type { Material } from '../materials/material.ts'
import type { Place, Vec } from './vector.ts'

export type Clear = 'glass' | 'light'

export type Mesh = {
  readonly columns: number
  readonly rows: number
  readonly points: Float32Array
  readonly normals: Float32Array
  /** The points before they were placed: textures belong to the thing, wherever it stands. */
  readonly local: Float32Array
  readonly material: Material
  /** A thin sheet that is seen from both sides. Others are closed, and only their outside is drawn. */
  readonly sheet: boolean
  /** Share of the light that its shadow takes away. */
  readonly shade: number
  /** Glass is seen through; light, as of a flame, is added to what is behind it. */
  readonly clear: Clear | undefined
}

export type Form = {
  readonly columns: number
  readonly rows: number
  /** The point at (u, v), both 0 to 1. Seen from outside, v turns left from u: u to the right, v up. */
  readonly at: (u: number, v: number) => Vec
  /** Whether u = 1 is the same line as u = 0. */
  readonly closed?: boolean
}

export type Look = {
  readonly material: Material
  readonly place?: Place
  readonly sheet?: boolean
  readonly shade?: number
  readonly clear?: Clear
}

export function mesh(form: Form, look: Look): Mesh {
  const { columns, rows, at, closed = false } = form
  const { material, place = (p) => p, sheet = false, shade = 1, clear } = look
  const local = new Float32Array(columns * rows * 3)
  const points = new Float32Array(columns * rows * 3)
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < columns; i += 1) {
      const p = at(i / (columns - 1), j / (rows - 1))
      local.set(p, (j * columns + i) * 3)
      points.set(place(p), (j * columns + i) * 3)
    }
  }
  const normals = normalsOf(points, columns, rows, closed)
  return { columns, rows, points, normals, local, material, sheet, shade, clear }
}

/** From the neighbours of each point. Where a row shrinks to a point, that of the next row stands in. */
function normalsOf(points: Float32Array, columns: number, rows: number, closed: boolean): Float32Array {
  const normals = new Float32Array(points.length)
  const at = (i: number, j: number, axis: number) => points[(j * columns + i) * 3 + axis]!
  for (let j = 0; j < rows; j += 1) {
    const down = Math.max(j - 1, 0)
    const up = Math.min(j + 1, rows - 1)
    for (let i = 0; i < columns; i += 1) {
      const left = i > 0 ? i - 1 : closed ? columns - 2 : 0
      const right = i < columns - 1 ? i + 1 : closed ? 1 : columns - 1
      const row = rowWithWidth(at, left, right, j, rows)
      const ux = at(right, row, 0) - at(left, row, 0)
      const uy = at(right, row, 1) - at(left, row, 1)
      const uz = at(right, row, 2) - at(left, row, 2)
      const vx = at(i, up, 0) - at(i, down, 0)
      const vy = at(i, up, 1) - at(i, down, 1)
      const vz = at(i, up, 2) - at(i, down, 2)
      const nx = uy * vz - uz * vy
      const ny = uz * vx - ux * vz
      const nz = ux * vy - uy * vx
      const length = Math.hypot(nx, ny, nz) || 1
      normals.set([nx / length, ny / length, nz / length], (j * columns + i) * 3)
    }
  }
  return normals
}

function rowWithWidth(
  at: (i: number, j: number, axis: number) => number,
  left: number,
  right: number,
  j: number,
  rows: number,
): number {
  const wide = (row: number) =>
    Math.abs(at(right, row, 0) - at(left, row, 0)) +
      Math.abs(at(right, row, 1) - at(left, row, 1)) +
      Math.abs(at(right, row, 2) - at(left, row, 2)) >
    1e-5
  if (wide(j)) return j
  return j < rows / 2 ? Math.min(j + 1, rows - 1) : Math.max(j - 1, 0)
}
