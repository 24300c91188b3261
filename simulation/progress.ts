/** A line that shows how far a run is: rewritten on a terminal, printed from time to time elsewhere. */
const WIDTH = 30
/** Where there is no terminal. */
const LINE_EVERY_MS = 15_000

export type Progress = {
  show(done: number, failures: number): void
  end(): void
}

/** `planned` histories, or as many as fit until `end`. */
export function createProgress(planned: number | undefined, end: number): Progress {
  const startedAt = performance.now()
  const { stderr } = process
  let printedAt = startedAt

  const line = (done: number, failures: number) => {
    const now = performance.now()
    const part = planned === undefined ? (now - startedAt) / (end - startedAt) : done / planned
    const filled = Math.min(WIDTH, Math.round(part * WIDTH))
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    const of = planned === undefined ? '' : ` of ${planned}`
    const rate = Math.round((done / Math.max(1, now - startedAt)) * 1000)
    const broken = failures > 0 ? `, ${failures} BROKEN` : ''
    return `${bar} ${done}${of} histories, ${rate} per second${broken}`
  }

  return {
    show(done, failures) {
      if (stderr.isTTY) {
        stderr.write(`\r\x1b[K${line(done, failures)}`)
        return
      }
      if (performance.now() - printedAt < LINE_EVERY_MS) return
      printedAt = performance.now()
      stderr.write(`${line(done, failures)}\n`)
    },
    end() {
      if (stderr.isTTY) stderr.write('\r\x1b[K')
    },
  }
}
