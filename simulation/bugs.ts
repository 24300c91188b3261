/**
 * Planted bugs: one line of the code under test is changed as it is loaded, and the simulation must find that within the seeds
 * that the bug states. A simulator that finds no planted bug proves nothing. The seed that found it before (found_by.json), which may
 * be beyond them, comes first and spares most of the time; where the code has changed meanwhile, the others follow.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../scripts/arguments.ts'
import { PLANTED_BUGS } from './planted_bugs.ts'
import { startPlayer } from './pool.ts'
import type { PlantedBug } from './shop/planted_bugs.ts'

const FOUND_BY: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'found_by.json'), 'utf8'),
)

type Found = { readonly seed: number; readonly violation: string } | undefined

/** Whether each bug with that word in its name was found. Prints a line for each. */
export async function findBugs(jobs: number, word: string, level: string | undefined): Promise<boolean> {
  const bugs = PLANTED_BUGS.filter(({ name, level: of }) => name.includes(word) && (level ?? of) === of)
  if (bugs.length === 0) refuse(`No planted bug has "${word}" in its name.`)
  // The slowest first, so that no job is left alone with one of them at the end.
  const left = bugs.toSorted((a, b) => b.seeds - a.seeds)
  let missed = 0
  const work = async () => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const found = await find(bug)
      if (!found) missed += 1
      const result = found
        ? `found by seed ${found.seed}: ${found.violation.split('\n')[0]}`
        : `NOT FOUND in ${bug.seeds} seeds`
      process.stdout.write(`${bug.level.padEnd(7)} ${bug.name}: ${result}\n`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  process.stdout.write(`Planted bugs: ${bugs.length - missed} of ${bugs.length} found.\n`)
  return missed === 0
}

async function find({ name, level, seeds, often }: PlantedBug): Promise<Found> {
  const player = startPlayer(name)
  try {
    const before = FOUND_BY[name]
    const all = Array.from({ length: seeds }, (_, at) => at + 1)
    const inTurn = before === undefined ? all : [before, ...all]
    const plans = inTurn.map((seed) => ({ seed, off: [], often }))
    const { failures } = await player.play({ id: 1, level, plans, untilViolation: true })
    const [first] = failures
    return first && { seed: first.plan.seed, violation: first.violation }
  } finally {
    player.end()
  }
}
