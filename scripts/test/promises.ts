/**
 * The ten promises of the shop, and the results of a test run for each.
 *
 * A test counts for a promise if its name, or that of a suite or test around it, names the number: `(invariant 3)`,
 * `(invariants 1, 2)`, `(invariants 1 to 8)`. A number before a colon (`2: …`) is a promise of one module.
 */
export const PROMISES: readonly string[] = [
  'Stock is never negative.',
  'The ledger balances.',
  'An accepted order is never lost.',
  'One key, one order.',
  'Every order settles.',
  'Confirmed means held.',
  'No lost update.',
  'The price shown is the price charged.',
  'Money is exact.',
  'No caller sees or does what is not theirs.',
]

const CITED = /\binvariants? (\d+(?:(?:, | and | to )\d+)*)/g

/** The numbers of the promises that a name names. */
export function citedIn(name: string): number[] {
  const cited = new Set<number>()
  for (const [, list = ''] of name.matchAll(CITED)) {
    for (const part of list.split(/, | and /)) {
      const [first = 0, last = first] = part.split(' to ').map(Number)
      for (let n = first; n <= last; n++) if (n >= 1 && n <= PROMISES.length) cited.add(n)
    }
  }
  return [...cited]
}

export type Result = {
  /** From the outermost suite to the test itself. */
  readonly path: readonly string[]
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  readonly why?: string
}

/** The last lines of `npm test`. */
export function promisesReport(results: readonly Result[]): string {
  const width = Math.max(...PROMISES.map((promise) => promise.length))
  const rows = PROMISES.map((promise, i) => {
    const own = results.filter(({ path }) => path.some((name) => citedIn(name).includes(i + 1)))
    return `${String(i + 1).padStart(4)}  ${promise.padEnd(width)}  ${summaryOf(own)}`
  })
  return ['The ten promises, and the tests that name them:', ...rows, ...skipped(results), ''].join('\n')
}

function summaryOf(results: readonly Result[]): string {
  if (results.length === 0) return 'no test in this run'
  const count = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length
  const others = (['failed', 'skipped'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `, ${count(outcome)} ${outcome === 'failed' ? 'FAILED' : outcome}`)
  return `${plural(results.length, 'test')}, ${count('passed')} passed${others.join('')}`
}

function skipped(results: readonly Result[]): string[] {
  const reasons = Map.groupBy(
    results.filter(({ outcome }) => outcome === 'skipped'),
    ({ why }) => why ?? 'no reason given',
  )
  if (reasons.size === 0) return ['Nothing was skipped.']
  return ['Skipped:', ...[...reasons].map(([why, { length }]) => `  ${plural(length, 'test')}: ${why}`)]
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
