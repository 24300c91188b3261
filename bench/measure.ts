/** Measures all contenders in each round, so that changes of the machine affect all of them. */
import type { Running } from './processes.ts'
import type { Comparison, Measured } from './report.ts'
import type { Settings } from './shop.ts'
import { type Load, type Round, runWrk } from './wrk.ts'

export type Contender = {
  readonly name: string
  /** Requests for `wrk`, or a function that runs a round. */
  readonly load: Load | ((seconds: number, connections: number) => Promise<Round>)
  /** All processes behind an answer. */
  readonly processes: readonly Running[]
  /** The expected status of every answer, checked by the metrics of the service. Floors have none. */
  readonly status?: number
}

export type Row = {
  readonly name: string
  readonly title: string
  readonly contenders: readonly Contender[]
  readonly comparisons: readonly Comparison[]
}

/** Before the rounds, so that code is compiled and pages are in memory. */
const WARM_UP_SECONDS = 1

export async function measure(
  { name, title, contenders, comparisons }: Row,
  settings: Settings,
): Promise<Measured> {
  const { rounds, seconds, connections, folder, log } = settings
  log(`${title} …`)
  const run = (load: Contender['load'], seconds: number) =>
    typeof load === 'function' ? load(seconds, connections) : runWrk(load, { seconds, connections, folder })
  for (const { load } of contenders) await run(load, WARM_UP_SECONDS)
  const all: Record<string, Round[]> = Object.fromEntries(contenders.map((contender) => [contender.name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name: who, load, processes, status } of contenders) {
      const asked =
        status === undefined || typeof load === 'function' ? undefined : operationsOf(load, processes)
      const before = asked === undefined ? undefined : await statusCounts(asked)
      const cpuBefore = cpuSeconds(processes)
      const result = await run(load, seconds)
      const cpuUs = ((cpuSeconds(processes) - cpuBefore) / result.requests) * 1e6
      const others = before && otherAnswers(before, await statusCounts(asked!), status!)
      all[who]!.push({ ...result, failed: Math.max(result.failed, others ?? 0), ...(cpuUs > 0 && { cpuUs }) })
      log(`  ${round}/${rounds} ${who.padEnd(22)} ${Math.round(result.perSecond)}/s`)
    }
  }
  return { row: name, title, rounds: all, comparisons }
}

const cpuSeconds = (processes: readonly Running[]) =>
  processes.reduce((sum, process) => sum + (process.cpuSeconds() ?? Number.NaN), 0)

function operationsOf({ origin }: Load, processes: readonly Running[]): string {
  const operations = processes.find((process) => process.origin === origin)?.operations
  if (operations === undefined) throw new Error(`No process counts the answers of ${origin}`)
  return operations
}

type Counts = ReadonlyMap<string, number>

/** Answers by status of all routes under load, from the service's own metrics. */
async function statusCounts(operations: string): Promise<Counts> {
  const text = await (await fetch(`${operations}/metrics`)).text()
  const counts = new Map<string, number>()
  for (const [, labels, value] of text.matchAll(/^http_request_duration_seconds_count\{(.*)\} (\d+)$/gm)) {
    const status = /status="(\d+)"/.exec(labels!)?.[1]
    if (status === undefined) continue
    counts.set(status, (counts.get(status) ?? 0) + Number(value))
  }
  return counts
}

function otherAnswers(before: Counts, after: Counts, good: number): number {
  let others = 0
  for (const [status, count] of after)
    if (Number(status) !== good) others += count - (before.get(status) ?? 0)
  return others
}
