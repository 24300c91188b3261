/** The report: medians, spreads, and ratios with their targets; as text tables or as Markdown. */
import type { Round } from './wrk.ts'

export type Comparison = {
  readonly label: string
  /** Names of two contenders; `of` is divided by `to`, round by round. */
  readonly of: string
  readonly to: string
  readonly figure: 'perSecond' | 'p50Ms' | 'p99Ms'
  readonly target?: number
}

export type Measured = {
  readonly row: string
  readonly title: string
  /** Rounds by contender, in their order. */
  readonly rounds: Readonly<Record<string, readonly Round[]>>
  readonly comparisons: readonly Comparison[]
}

export type Memory = { readonly process: string; readonly residentMiB: number }

export type Results = {
  readonly startedAt: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly settings: Readonly<Record<string, string | number>>
  readonly measured: readonly Measured[]
  readonly memory: readonly Memory[]
  readonly checks: readonly string[]
  /** Of single rows, with figures that others do not have. */
  readonly tables: readonly Table[]
}

/** 200 MB. */
export const MEMORY_MIB_MAX = 190

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The difference of the extreme rounds, as a share of the median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / median(values)

/** One ratio for each pair of neighbouring rounds, so that a machine that slows down slows both. */
export const ratios = ({ of, to, figure }: Comparison, rounds: Measured['rounds']): number[] =>
  rounds[of]!.map((round, i) => round[figure] / rounds[to]![i]![figure])

/** A rate must reach its target; a latency must not exceed it. */
export const met = ({ figure, target }: Comparison, ratio: number): boolean | undefined =>
  target === undefined ? undefined : figure === 'perSecond' ? ratio >= target : ratio <= target

export type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }

const VERDICT = new Map([
  [true, 'met'],
  [false, 'MISSED'],
  [undefined, ''],
])

export function tables({ measured, memory }: Results): Table[] {
  const figures: Table = {
    head: ['work', 'who', 'median/s', 'spread', 'p50 ms', 'p99 ms', 'CPU us', 'answers', 'failed'],
    rows: measured.flatMap(({ title, rounds }) =>
      Object.entries(rounds).map(([who, all], i) => [
        i === 0 ? title : '',
        who,
        whole(median(all.map((round) => round.perSecond))),
        percent(spread(all.map((round) => round.perSecond))),
        median(all.map((round) => round.p50Ms)).toFixed(2),
        median(all.map((round) => round.p99Ms)).toFixed(2),
        cpu(all),
        whole(all.reduce((sum, round) => sum + round.requests, 0)),
        whole(all.reduce((sum, round) => sum + round.failed, 0)),
      ]),
    ),
  }
  const verdicts: Table = {
    head: ['comparison', 'ratio', 'rounds', 'target', ''],
    rows: [
      ...measured.flatMap(({ comparisons, rounds }) =>
        comparisons.map((comparison) => {
          const all = ratios(comparison, rounds)
          const ratio = median(all)
          const bound = comparison.figure === 'perSecond' ? '>=' : '<='
          return [
            comparison.label,
            ratio.toFixed(2),
            all.map((one) => one.toFixed(2)).join(' '),
            comparison.target === undefined ? '' : `${bound} ${comparison.target}`,
            VERDICT.get(met(comparison, ratio))!,
          ]
        }),
      ),
      ...memory.map(({ process, residentMiB }) => [
        `memory of ${process}`,
        `${whole(residentMiB)} MiB`,
        '',
        `<= ${MEMORY_MIB_MAX} MiB`,
        VERDICT.get(residentMiB <= MEMORY_MIB_MAX)!,
      ]),
    ],
  }
  return [figures, verdicts]
}

const cpu = (rounds: readonly Round[]) => {
  const known = rounds.flatMap(({ cpuUs }) => cpuUs ?? [])
  return known.length === 0 ? '' : median(known).toFixed(0)
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US')
const percent = (share: number) => `${Math.round(share * 100)} %`

export function asText(results: Results): string {
  return [...[...tables(results), ...results.tables].map(textTable), ...results.checks].join('\n\n')
}

function textTable({ head, rows }: Table): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric(rows, i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

export function asMarkdown(results: Results): string {
  const facts = Object.entries({ ...results.machine, ...results.settings }).map(([k, v]) => `${k} ${v}`)
  return [
    facts.join(' · '),
    ...[...tables(results), ...results.tables].map(markdownTable),
    ...results.checks,
  ].join('\n\n')
}

function markdownTable({ head, rows }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  const rule = head.map((_, i) => (numeric(rows, i) ? '---:' : '---'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const numeric = (rows: Table['rows'], column: number) =>
  rows.every((row) => row[column] === '' || /^[\d<>=]/.test(row[column]!)) &&
  rows.some((row) => row[column] !== '')
