/**
 * The cover of a product, generated from its id: always the same for one product, different for the next.
 */
import { memo, type ReactNode } from 'react'

type Palette = readonly [ground: string, a: string, b: string, c: string]

const PALETTES: readonly Palette[] = [
  ['#e3e9dc', '#2f5d4a', '#c9774d', '#f3d9a4'],
  ['#dfe6ea', '#2b4a63', '#e0a458', '#f6ede0'],
  ['#efe3d6', '#8a4b38', '#3d6b5c', '#f4c98b'],
  ['#e4e1ec', '#4d4675', '#d98572', '#f5e2c8'],
  ['#dcebe6', '#1f5f5b', '#e9b872', '#fbf3e4'],
  ['#f0e2de', '#99485a', '#406a73', '#f6cfae'],
  ['#e6e8d9', '#5d6b2f', '#b5543c', '#f2e3b3'],
  ['#dde7f0', '#345a87', '#d27a5c', '#f3e6c6'],
]

/** FNV-1a, because ids that were made at the same time begin alike. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

/** Numbers below `n`, one after another, always the same from one seed (mulberry32). */
function dice(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

type Motif = (roll: (n: number) => number, colours: Palette) => ReactNode

const horizon: Motif = (roll, [, a, b, c]) => {
  const y = 48 + roll(16)
  const x = 30 + roll(40)
  return (
    <>
      <circle cx={x} cy={y - 6} r={15 + roll(8)} fill={b} />
      <path d={`M0 ${y}q25 ${-6 - roll(8)} 50 0t50 0V100H0Z`} fill={a} />
      <path d={`M0 ${y + 18}q25 ${-4 - roll(8)} 50 0t50 0V100H0Z`} fill={c} opacity="0.55" />
    </>
  )
}

const arches: Motif = (roll, [, a, b, c]) => {
  const x = 50 + (roll(3) - 1) * 8
  const colours = [a, c, b]
  return [34, 24, 13].map((r, i) => (
    <path key={r} d={`M${x - r} 100V58a${r} ${r} 0 0 1 ${2 * r} 0V100Z`} fill={colours[i]} />
  ))
}

const quarters: Motif = (roll, [ground, a, b, c]) => {
  const cells = []
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      const [x, y, turn] = [20 + column * 20, 20 + row * 20, roll(4)]
      cells.push(
        <g key={`${x} ${y}`} transform={`rotate(${turn * 90} ${x + 10} ${y + 10})`}>
          <rect x={x} y={y} width="20" height="20" fill={[ground, a, c][roll(3)]} />
          <path d={`M${x} ${y}h20a20 20 0 0 1-20 20Z`} fill={[b, c, a, ground][roll(4)]} />
        </g>,
      )
    }
  }
  return <g shapeRendering="geometricPrecision">{cells}</g>
}

const pebbles: Motif = (roll, [, a, b, c]) => {
  const lean = roll(7) - 3
  return (
    <>
      <ellipse cx="50" cy="74" rx="31" ry="11" fill={a} />
      <ellipse cx={50 + lean} cy="56" rx="23" ry="9.5" fill={b} />
      <ellipse cx={50 - lean} cy="40.5" rx="16" ry="8" fill={c} />
      <ellipse cx={50 + lean / 2} cy="28" rx="9" ry="6" fill={a} opacity="0.8" />
    </>
  )
}

const leaves: Motif = (roll, [, a, b, c]) => {
  const tilt = roll(20) - 10
  const pairs = [
    [76, 1, a],
    [65, -1, b],
    [54, 1, a],
    [43, -1, c],
    [32, 1, a],
  ] as const
  return (
    <g transform={`rotate(${tilt} 50 80)`}>
      <path d="M50 86V26" stroke={a} strokeWidth="1.6" strokeLinecap="round" />
      {pairs.map(([y, side, colour]) => (
        <path
          key={y}
          d={`M50 ${y}q${22 * side}-2 ${26 * side}-17q${-20 * side} 0 ${-26 * side} 17Z`}
          fill={colour}
        />
      ))}
    </g>
  )
}

const rings: Motif = (roll, [ground, a, b, c]) => {
  const [x, y] = [40 + roll(20), 42 + roll(16)]
  const colours = [a, ground, c, b]
  return [32, 24, 16, 8].map((r, i) => <circle key={r} cx={x} cy={y} r={r} fill={colours[i]} />)
}

const moons: Motif = (roll, [ground, a, b, c]) => {
  const y = 30 + roll(8)
  return (
    <>
      <circle cx="50" cy={y + 20} r="31" fill={a} />
      <circle cx={58 + roll(6)} cy={y + 14} r="25" fill={ground} />
      <circle cx={63 + roll(6)} cy={y + 12} r="11" fill={b} />
      <circle cx="22" cy={y - 8} r="2.5" fill={c} stroke={b} />
    </>
  )
}

const sails: Motif = (roll, [, a, b, c]) => {
  const mast = 46 + roll(8)
  return (
    <>
      <path d={`M${mast} 18v50H${mast - 26 - roll(6)}q20-22 ${26} -50Z`} fill={a} />
      <path d={`M${mast + 3} 28q18 18 ${20 + roll(6)} 40H${mast + 3}Z`} fill={b} />
      <path d={`M${mast - 32} 74h64q-6 12-18 12H${mast - 14}q-12 0-18-12Z`} fill={c} />
    </>
  )
}

const vase: Motif = (roll, [, a, b, c]) => {
  const lean = roll(9) - 4
  return (
    <>
      <path
        d={`M50 52q${lean}-16 ${lean - 4}-32M50 52q4-14 14-22M50 52q-6-12-17-16`}
        fill="none"
        stroke={a}
        strokeWidth="1.6"
        strokeLinecap="round"
      />
      <circle cx={46 + lean} cy="18" r="6" fill={b} />
      <circle cx="65" cy="29" r="4.5" fill={c} stroke={a} strokeWidth="1.4" />
      <circle cx="32" cy="35" r="4" fill={b} />
      <path d="M43 50h14v8q13 6 13 19 0 13-11 13H41q-11 0-11-13 0-13 13-19Z" fill={a} />
      <path d="M31 72h38q1 3 1 6H30q0-3 1-6Z" fill={c} />
    </>
  )
}

const MOTIFS = [horizon, arches, quarters, pebbles, leaves, rings, moons, sails, vase]

export const Cover = memo(function Cover({ id, className }: { id: string; className?: string }) {
  const roll = dice(seedOf(id))
  const palette = PALETTES[roll(PALETTES.length)]!
  const motif = MOTIFS[roll(MOTIFS.length)]!
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="xMidYMid slice" aria-hidden="true" className={className}>
      <rect width="100" height="100" fill={palette[0]} />
      {motif(roll, palette)}
      <rect width="100" height="100" fill="var(--dusk)" />
    </svg>
  )
})
