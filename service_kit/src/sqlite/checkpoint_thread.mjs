/**
 * The thread that brings the log of a SQLite file home (checkpoints.ts), on a connection of its own. It speaks as
 * reader_thread.ts listens. In JavaScript: what reads TypeScript would take 15 MiB more in this thread, and this needs 10.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

/** How long it may wait for writers, and then, with their lock, for those who read what was before. */
const LOCK_MS = 200
/** Of what is written meanwhile, again. */
const PASSES_MAX = 10

const file = pathToFileURL(workerData)
// It makes no file where there is none.
file.searchParams.set('mode', 'rw')
const db = new DatabaseSync(file, { timeout: LOCK_MS })

const checkpoint = (mode) => {
  const statement = db.prepare(`PRAGMA wal_checkpoint(${mode})`)
  return () => statement.get()
}
const look = checkpoint('NOOP')
const copy = checkpoint('PASSIVE')
const finish = checkpoint('FULL')

function bringHome({ few, long }) {
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    copy()
    const { log, checkpointed } = look()
    if (log - checkpointed < few) break
  }
  if (look().log > long) finish()
}

parentPort.on('message', (home) => {
  try {
    bringHome(home)
    parentPort.postMessage({ answer: undefined })
  } catch (fault) {
    parentPort.postMessage({ fault })
  }
})
