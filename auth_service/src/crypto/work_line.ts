/**
 * A line in front of expensive work: at most `atOnce` pieces run, at most `waitingMax` wait, in order; one more
 * is refused with `overloaded` at once. So memory stays bounded however many ask.
 */
import { Problem } from '@shop/service_kit/problem'

export type WorkLine = {
  run<T>(work: () => Promise<T>): Promise<T>
  waiting(): number
  running(): number
}

export function createWorkLine({ atOnce, waitingMax }: { atOnce: number; waitingMax: number }): WorkLine {
  const line: (() => void)[] = []
  let running = 0

  const leave = () => {
    const next = line.shift()
    // The place passes straight to the next in line, so that nobody slips in between.
    if (next) next()
    else running -= 1
  }

  return {
    async run(work) {
      if (running < atOnce) running += 1
      else if (line.length < waitingMax) await new Promise<void>((enter) => line.push(enter))
      else throw new Problem('overloaded', 'Too many passwords are being checked. Try again soon.')
      try {
        return await work()
      } finally {
        leave()
      }
    },
    waiting: () => line.length,
    running: () => running,
  }
}
