/** What a run has played: histories, events, faults by kind, situations, and the rate. */
import { LEVELS } from './levels.ts'
import type { Batch, Failure } from './worker.ts'

type Sum = {
  histories: number
  events: number
  cpuMs: number
  readonly faults: Map<string, number>
  readonly situations: Map<string, number>
}

export type Summary = {
  add(level: string, batch: Batch): void
  fail(failure: Failure): void
  histories(): number
  failures(): readonly Failure[]
  unreached(levels: readonly string[]): Promise<readonly string[]>
  text(levels: readonly string[]): Promise<string>
}

const addAll = (sums: Map<string, number>, counts: Readonly<Record<string, number>>) => {
  for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count)
}

export function createSummary(): Summary {
  const sums = new Map<string, Sum>()
  const failures: Failure[] = []
  const startedAt = performance.now()

  const sumOf = (level: string): Sum => {
    const known = sums.get(level) ?? {
      histories: 0,
      events: 0,
      cpuMs: 0,
      faults: new Map(),
      situations: new Map(),
    }
    sums.set(level, known)
    return known
  }

  const unreached = async (levels: readonly string[]) => {
    const ofLevels = levels.map(async (name) => {
      const { situations } = await LEVELS[name]!()
      const reached = sumOf(name).situations
      return situations.filter((each) => !reached.has(each)).map((each) => `${name}: ${each}`)
    })
    return (await Promise.all(ofLevels)).flat()
  }

  return {
    add(level, batch) {
      const sum = sumOf(level)
      sum.histories += batch.histories
      sum.events += batch.events
      sum.cpuMs += batch.cpuMs
      addAll(sum.faults, batch.faults)
      addAll(sum.situations, batch.situations)
      failures.push(...batch.failures)
    },
    fail(failure) {
      failures.push(failure)
    },
    histories: () => [...sums.values()].reduce((total, { histories }) => total + histories, 0),
    failures: () => failures,
    unreached,
    async text(levels) {
      const seconds = (performance.now() - startedAt) / 1000
      const lines: string[] = []
      for (const name of levels) {
        const level = await LEVELS[name]!()
        const { histories, events, cpuMs, faults, situations } = sumOf(name)
        const perCpuSecond = histories / Math.max(0.001, cpuMs / 1000)
        const reached = level.situations.filter((each) => situations.has(each)).length
        const named = [...faults].sort(([, a], [, b]) => b - a).map(([fault, count]) => `${fault} ${count}`)
        lines.push(
          `${name}: ${level.what}`,
          `  ${histories} histories, ${events} events, ${perCpuSecond.toFixed(1)} histories per CPU second`,
          `  faults: ${named.join(', ') || 'none'}`,
          `  situations: ${reached} of ${level.situations.length} reached`,
        )
      }
      const broken =
        failures.length === 0 ? 'Nothing was broken.' : `${failures.length} histories were BROKEN.`
      return `${lines.join('\n')}\n${broken} (${seconds.toFixed(0)} s)\n`
    },
  }
}
