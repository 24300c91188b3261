/** The progress of a long job: a bar on a terminal, and elsewhere ten lines. */
export type Progress = {
  /** Reports that `done` of the total are done. */
  at(done: number): void
}

const BAR_WIDTH = 30
const REDRAW_MS = 100
const LINES = 10

export function createProgress(stream: NodeJS.WriteStream, total: number, what: string): Progress {
  const startedAt = performance.now()
  let drawnAt = Number.NEGATIVE_INFINITY
  let lines = 0
  const state = (done: number) => {
    const seconds = (performance.now() - startedAt) / 1000
    const rate = Math.round(done / Math.max(seconds, 0.001))
    const left = done === 0 ? '' : `, ${Math.ceil(((total - done) / done) * seconds)} s left`
    const pace = done === total ? `in ${seconds.toFixed(1)} s (${rate} a second)` : `${rate} a second${left}`
    return `${done} of ${total} ${what}, ${pace}`
  }
  if (stream.isTTY) {
    return {
      at(done) {
        const now = performance.now()
        if (now - drawnAt < REDRAW_MS && done < total) return
        drawnAt = now
        const filled = Math.floor((done / total) * BAR_WIDTH)
        const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
        stream.write(`\r${bar} ${state(done)}\x1b[K${done === total ? '\n' : ''}`)
      },
    }
  }
  return {
    at(done) {
      const due = Math.floor((done / total) * LINES)
      if (due === lines) return
      lines = due
      stream.write(`${state(done)}\n`)
    },
  }
}
