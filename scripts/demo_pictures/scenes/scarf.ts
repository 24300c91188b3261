import { blend, colour, darken, type Material, paint } from '../materials/material.ts'
import { clouds, dice, fibres, grain } from '../materials/noise.ts'
import type { Scene } from '../render/render.ts'
import { evenly, type Line, through } from '../shapes/curve.ts'
import { type Section, tube } from '../shapes/forms.ts'
import { type Mesh, mesh } from '../shapes/mesh.ts'
import { move, type Place, steps, turnY, type Vec } from '../shapes/vector.ts'
import { linenTable } from './table.ts'

const RUST = colour('#9c4a30')
const ROSE = colour('#b4664a')
const OAT = colour('#ded2bd')

/** Merino in herringbone; bands of natural wool near the end. `length` in centimetres along the cloth. */
const merino =
  (length: number): Material =>
  (spot, finish) => {
    const along = spot.v * length
    const across = spot.z
    const rib = Math.floor(across / 0.9)
    const slant = (rib & 1 ? along : -along) * 2.6 + across * 2.6
    const twill = Math.sin(slant * 3.4)
    const fromEnd = length - along
    const band = (fromEnd > 3.2 && fromEnd < 4.6) || (fromEnd > 5.3 && fromEnd < 5.9)
    paint(finish, band ? OAT : RUST)
    blend(finish, band ? colour('#c9b99d') : ROSE, 0.34 + 0.3 * twill)
    const fuzz = grain((spot.x + along) / 7, (across + spot.y) / 7)
    darken(
      finish,
      1 + 0.14 * fuzz + 0.1 * clouds(along / 30, across / 30) + 0.08 * fibres(along / 30, across / 9),
    )
    spot.nx += 0.12 * twill + 0.14 * fuzz
    spot.nz += 0.08 * twill
    finish.rough = 1
    finish.gloss = 0.006
    finish.sheen = 0.28
  }

/** Soft cloth: a flat section, thicker and thinner by chance. Across is its thickness, up its width. */
const cloth =
  (width: number, thick: number): Section =>
  (around, along) => {
    const [c, s] = [Math.cos(around * 2 * Math.PI), Math.sin(around * 2 * Math.PI)]
    const k = (Math.abs(c) ** 5 + Math.abs(s) ** 5) ** (-1 / 5)
    const swell = 1 + 0.22 * clouds(along * 1.7, around)
    const edge = 1 + 0.016 * clouds(along * 2.1, 0.4)
    return [(thick / 2) * c * k * swell, (width / 2) * s * k * edge]
  }

const ribbon = (line: Line, length: number, width: number, thick: number, place: Place): Mesh =>
  mesh(tube(line, cloth(width, thick), 72, 300, [0, 0, 1], 0.004), { material: merino(length), place })

/** Twisted cords at the end of the cloth, lying on the table. */
function fringe(end: Vec, width: number, place: Place): Mesh[] {
  const roll = dice(9)
  const wool: Material = (spot, finish) => {
    paint(finish, RUST, 0.95 + 0.2 * Math.sin(spot.v * 60 + spot.u * 6.28))
    finish.rough = 1
    finish.gloss = 0.005
    finish.sheen = 0.3
  }
  const count = Math.round(width * 1.8)
  return Array.from({ length: count }, (_, k) => {
    const z = ((k + 0.5) / count - 0.5) * (width - 0.4)
    const [bend, reach, lean] = [roll() - 0.5, 3 + roll() * 0.7, (roll() - 0.5) * 0.5]
    const line = through<Vec>([
      [end[0] - 0.3, end[1], z],
      [end[0] + 0.7, Math.max(end[1] - 0.12, 0.2), z + bend * 0.2],
      [end[0] + reach * 0.6, 0.19, z + bend * 0.7],
      [end[0] + reach, 0.17, z + lean + bend * 0.5],
    ])
    return mesh(
      tube(
        line,
        (a, t) => [0.17 * Math.cos(a * 6.2832) * (1 + 0.25 * (t > 0.9 ? 1 : 0)), 0.17 * Math.sin(a * 6.2832)],
        8,
        22,
        [0, 1, 0],
        0.05,
      ),
      { material: wool, place },
    )
  })
}

export function scarfFolded(): Scene {
  const [x, gap] = [8.6, 1.28]
  const points: Vec[] = []
  const layers = 5
  for (let layer = 0; layer < layers; layer += 1) {
    const y = 0.55 + layer * gap
    const way = layer % 2 === 0 ? 1 : -1
    const shift = [0, 0.3, -0.2, 0.25, 0][layer]!
    points.push(
      [-way * (x - 1.2) + shift, y + 0.02, 0],
      [0, y + 0.12 * Math.sin(layer * 2), 0],
      [way * (x - 1.2) + shift, y, 0],
    )
    if (layer < layers - 1) points.push([way * (x - 0.15) + shift, y + gap / 2, 0])
  }
  const top = 0.55 + (layers - 1) * gap
  points.push(
    [x + 0.5, top - 0.15, 0],
    [x + 1.7, top - 1.6, 0],
    [x + 2, 1.6, 0],
    [x + 2.6, 0.5, 0],
    [x + 4.4, 0.36, 0],
  )
  const line = evenly(through<Vec>(points), 600)
  const place = steps(turnY(-28), move(-1.6, 0, 0))
  return {
    view: { target: [1.5, 3.1, 0.5], pitch: 32, width: 40 },
    set: linenTable('#c9c6bd', '#b9c0c0', 26),
    things: [ribbon(line, 110, 17, 1.18, place), ...fringe(line(1), 17, place)],
  }
}

/** Rolled up, the size of a fist, its striped end on the table. */
export function scarfRolled(): Scene {
  const [turns, thick] = [3.4, 1.02]
  const radius = 0.6 + turns * thick
  const coil = Array.from({ length: 160 }, (_, k): Vec => {
    const a = (k / 159) * turns * 2 * Math.PI
    const r = 0.6 + (a / (2 * Math.PI)) * thick
    const from = a - turns * 2 * Math.PI
    return [r * Math.sin(from), radius - r * Math.cos(from) + 0.5, 0]
  })
  const end: Vec[] = [1.6, 3.2, 5, 6.6].map((x) => [x, 0.5, 0])
  return {
    view: { target: [2, 3.8, 0], pitch: 22, width: 22 },
    set: linenTable('#c9c6bd', '#b9c0c0', 26),
    things: [
      ribbon(evenly(through<Vec>([...coil, ...end]), 600), 66, 9, 0.94, turnY(24)),
      ...fringe([6.6, 0.5, 0], 9, turnY(24)),
    ],
  }
}
