/** The figures of the row `marketplace` by kind of transaction, over all its rounds. */
import type { Table } from '../report.ts'
import type { Round } from '../wrk.ts'
import { KINDS, type Kind } from './mix.ts'
import { type MixFigures, percentile } from './run.ts'

/** Of the published sample, whose hardware is not stated. */
const GOAL_CHECKOUTS = 2_000

/** With the CPU seconds of everyone who took part, by name. */
export type MarketFigures = MixFigures & { readonly cpuSeconds: Readonly<Record<string, number>> }

const latenciesOf = (figures: readonly MixFigures[], kinds: readonly Kind[]) =>
  figures
    .flatMap(({ byKind }) => kinds.flatMap((kind) => byKind[kind].latenciesMs))
    .sort((one, other) => one - other)

export function roundOf(figures: MixFigures, failed: number): Round {
  const latencies = latenciesOf([figures], KINDS)
  return {
    requests: latencies.length,
    perSecond: latencies.length / figures.seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    failed,
  }
}

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0)
const perSecond = (figures: readonly MixFigures[], kind: Kind) =>
  sum(figures.map(({ byKind }) => byKind[kind].done)) / sum(figures.map(({ seconds }) => seconds))

export function tableOf(name: string, figures: readonly MarketFigures[]): Table {
  const seconds = sum(figures.map((each) => each.seconds))
  const share = sum(figures.map(({ ownCpuSeconds }) => ownCpuSeconds)) / seconds
  const checkouts = sum(figures.map(({ byKind }) => byKind.checkout.done))
  const cpuOf = (who: string) => sum(figures.map(({ cpuSeconds }) => cpuSeconds[who]!))
  const repeated = sum(figures.map((each) => each.repeated))
  return {
    head: [`marketplace, ${name}`, 'done/s', 'not done', 'p50 ms', 'p75 ms', 'p90 ms'],
    rows: [
      ...KINDS.map((kind) => {
        const latencies = latenciesOf(figures, [kind])
        return [
          kind.replace('_', ' '),
          perSecond(figures, kind).toFixed(0),
          String(sum(figures.map(({ byKind }) => byKind[kind].others))),
          ...[0.5, 0.75, 0.9].map((at) => percentile(latencies, at).toFixed(1)),
        ]
      }),
      ['requests repeated', '', String(repeated), '', '', ''],
      ['CPU of the clients, of one core', `${(100 * share).toFixed(0)} %`, '', '', '', ''],
      ...Object.keys(figures[0]!.cpuSeconds).map((who) => [
        `CPU us a checkout, ${who}`,
        ((1e6 * cpuOf(who)) / checkouts).toFixed(0),
        ...['', '', '', ''],
      ]),
    ],
  }
}

export function goalOf(figures: readonly MixFigures[]): string {
  const reached = perSecond(figures, 'checkout')
  const verdict = reached >= GOAL_CHECKOUTS ? 'met' : 'MISSED'
  return `Durable checkouts: ${reached.toFixed(0)} a second in the mix; goal ${GOAL_CHECKOUTS}: ${verdict}.`
}
