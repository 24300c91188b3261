/**
 * A number that is another one after any commit by anybody, other processes included: while it stays, what was
 * read from the file stays true.
 *
 * Asking takes and gives back a lock of the file, which costs more than all the rest of a small answer. So it is
 * asked once in a turn: the requests read from their sockets in one turn were all begun before it, and may see
 * the shop as it was then. A turn ends with the next poll for events, and with a commit of this process.
 */
import type { DatabaseSync } from 'node:sqlite'

/** Of all stores in this process. */
let commits = 0

export function countCommit(): void {
  commits += 1
}

export function prepareRevision(reader: DatabaseSync, memory: boolean): () => number {
  // data_version tells of the commits of other connections; a store in memory has only this one.
  const ask = reader.prepare(
    memory ? 'SELECT total_changes() AS n' : 'SELECT data_version AS n FROM pragma_data_version',
  )
  const asked = { loopCount: -1, events: -1, commits: -1 }
  let revision = 0
  return () => {
    const { loopCount, events } = performance.nodeTiming.uvMetricsInfo
    const sameTurn = loopCount === asked.loopCount && events === asked.events && commits === asked.commits
    if (sameTurn && !memory) return revision
    revision = ask.get()!.n as number
    asked.loopCount = loopCount
    asked.events = events
    asked.commits = commits
    return revision
  }
}
