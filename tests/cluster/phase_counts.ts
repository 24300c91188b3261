/** How many attempts the buyers' orders needed, by phase. An order belongs to the phase in which it was first sent. */

export type Counting = {
  readonly startedAt: number
  answered(attempts: number, status: string, faults: readonly string[]): void
  read(inTime: boolean): void
}

export type PhaseCounts = {
  /** What starts after this call belongs to the phase of this name. */
  phase(name: string): void
  start(): Counting
  phases(): readonly Phase[]
}

export type Phase = {
  readonly name: string
  orders: number
  /** Answered in time at the first attempt. */
  first: number
  /** Answered in time at the second attempt, with the same key. */
  second: number
  /** Of all orders: accepted, to be decided later (202). */
  accepted: number
  reads: number
  readsInTime: number
  slowestMs: number
  readonly faults: Map<string, number>
}

export function createPhaseCounts(): PhaseCounts {
  const phases: Phase[] = []
  let now = open('opening')

  function open(name: string): Phase {
    const phase: Phase = {
      name,
      orders: 0,
      first: 0,
      second: 0,
      accepted: 0,
      reads: 0,
      readsInTime: 0,
      slowestMs: 0,
      faults: new Map(),
    }
    phases.push(phase)
    return phase
  }

  return {
    phase(name) {
      now = open(name)
    },
    start() {
      const phase = now
      const startedAt = performance.now()
      return {
        startedAt,
        answered(attempts, status, faults) {
          phase.orders++
          if (attempts === 1) phase.first++
          if (attempts === 2) phase.second++
          if (status === 'pending') phase.accepted++
          phase.slowestMs = Math.max(phase.slowestMs, performance.now() - startedAt)
          for (const fault of faults) phase.faults.set(fault, (phase.faults.get(fault) ?? 0) + 1)
        },
        read(inTime) {
          phase.reads++
          if (inTime) phase.readsInTime++
        },
      }
    },
    phases: () => phases.filter(({ orders }) => orders > 0),
  }
}

/** Share of orders that needed at most one retry. */
export const withinOneRetry = ({ orders, first, second }: Phase): number => (first + second) / orders

export function tableOf(phases: readonly Phase[]): string {
  const rows = phases.map((phase) => [
    phase.name,
    String(phase.orders),
    percent(phase.first / phase.orders),
    percent(withinOneRetry(phase)),
    percent(phase.accepted / phase.orders),
    percent(phase.readsInTime / phase.reads),
    `${Math.round(phase.slowestMs)} ms`,
  ])
  const head = ['phase', 'orders', 'no retry', 'one retry', 'of them 202', 'reads', 'slowest']
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  const faults = phases.flatMap(({ name, faults }) =>
    [...faults].map(([fault, times]) => `${name}: ${times} x ${fault}`),
  )
  return [
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    ...(faults.length === 0 ? [] : ['', 'Repeated requests:', ...faults.map((text) => `  ${text}`)]),
  ].join('\n')
}

const percent = (share: number) => (Number.isNaN(share) ? '–' : `${(share * 100).toFixed(2)} %`)
