/**
 * A number that changes with every commit to the file, also of other processes. While it is the same, cached answers are
 * still valid.
 *
 * Reading it takes a lock of the file, for 6 to 9 us: about a seventh of a small answer. So it is read once in each turn
 * of the event loop. All requests of one turn were sent before its poll for events, and may see the shop as it was then.
 * A turn ends with the next poll, and with a commit of this process (decision 23).
 */
import type { DatabaseSync } from 'node:sqlite'

/** Commits of all stores in this process. */
let commits = 0

export function countCommit(): void {
  commits += 1
}

export function prepareRevision(reader: DatabaseSync, memory: boolean): () => number {
  // data_version counts the commits of other connections; a database in memory has none.
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
