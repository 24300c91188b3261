/**
 * The checkpoint thread of a SQLite file (checkpoints.ts), with a connection of its own and the messages of
 * reader_thread.ts. In JavaScript, because loading TypeScript would add 15 MiB to the 10 MiB of this thread.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

/** Longest wait for writers, and then, with the write lock, for readers of older pages. */
const LOCK_MS = 200
/** Each pass copies what was written during the last one. */
const PASSES_MAX = 10

const file = pathToFileURL(workerData)
// Does not create the file.
file.searchParams.set('mode', 'rw')
const db = new DatabaseSync(file, { timeout: LOCK_MS })

const checkpoint = (mode) => {
  const statement = db.prepare(`PRAGMA wal_checkpoint(${mode})`)
  return () => statement.get()
}
const measure = checkpoint('NOOP')
const copy = checkpoint('PASSIVE')
const finish = checkpoint('FULL')

function copyBack({ few, long }) {
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    copy()
    const { log, checkpointed } = measure()
    if (log - checkpointed < few) break
  }
  if (measure().log > long) finish()
}

parentPort.on('message', (request) => {
  try {
    copyBack(request)
    parentPort.postMessage({ answer: undefined })
  } catch (fault) {
    parentPort.postMessage({ fault })
  }
})
