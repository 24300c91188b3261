/**
 * A thread for long reads, so that writes do not wait for them. It may also write what it derives from them, such as a
 * search index, to a file of its own.
 *
 * Invariants
 *  1. It answers one question at a time; a few more wait, some of each client, and the rest fail at once with `overloaded`. Clients
 *     take turns, so one with many questions delays the others by one of them (concurrency_limiter.ts).
 *  2. Every question is answered or fails within WAIT_MS and READ_MS together. A thread that hangs or dies is replaced: its
 *     question fails with `store_unavailable`, and the new thread answers those that wait.
 *  3. The first question starts the thread, `close` stops it, and a process that exits does not wait for it.
 *
 * The file of the thread calls `serveReads`.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createConcurrencyLimiter } from './concurrency_limiter.ts'
import { Problem } from './problem.ts'
import type { Runtime } from './runtime.ts'

/** Questions that wait while one is answered. */
export const READS_WAITING_MAX = 64
/** Of one client. Where no proxy is trusted, one client may be all visitors. */
export const READS_OF_CLIENT_MAX = 16
/** How long a question may wait for its turn. */
export const WAIT_MS = 3_000
/** How long the thread may take for one question. */
export const READ_MS = 5_000
/** Memory of the thread in MiB; beyond it V8 stops the thread, not the process. */
const YOUNG_MIB = 4
const OLD_MIB = 64

export type ReaderThread<Question, Answer> = {
  ask(question: Question): Promise<Answer>
  close(): Promise<void>
}

export type ReaderOptions = {
  readonly runtime: Pick<Runtime, 'after'>
  /** What is asked, in the plural, for the one who is refused. */
  readonly what?: string
  readonly waitMs?: number
  readonly readMs?: number
  /** Of a thread that keeps much in memory. */
  readonly heapMib?: number
}

type Reply<Answer> = { readonly answer: Answer } | { readonly fault: unknown }
type Asked<Answer> = { resolve(answer: Answer): void; reject(error: unknown): void }

export function createReaderThread<Question, Answer>(
  file: URL,
  data: unknown,
  { runtime, what = 'reads', waitMs = WAIT_MS, readMs = READ_MS, heapMib = OLD_MIB }: ReaderOptions,
): ReaderThread<Question, Answer> {
  const limiter = createConcurrencyLimiter({
    runtime,
    what,
    concurrency: 1,
    queueMax: READS_WAITING_MAX,
    clientMax: READS_OF_CLIENT_MAX,
    waitMs,
  })
  let worker: Worker | undefined
  let asked: Asked<Answer> | undefined
  let closing = false

  const start = () => {
    const started = new Worker(file, {
      workerData: data,
      // Not those of the process: they may name its own input, or a debugger's port.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB, maxOldGenerationSizeMb: heapMib },
    })
    const ended = (cause: unknown) => {
      if (worker !== started) return
      worker = undefined
      asked?.reject(unavailable('The reader ended.', cause))
    }
    started.on('message', (reply: Reply<Answer>) => {
      if (worker !== started) return
      if ('answer' in reply) asked?.resolve(reply.answer)
      else asked?.reject(unavailable('The read failed.', reply.fault))
    })
    started.on('error', ended)
    started.on('exit', (code) => ended(new Error(`exit code ${code}`)))
    // Last, for listening to messages holds the process again.
    started.unref()
    return started
  }

  const askNow = async (question: Question): Promise<Answer> => {
    if (closing) throw unavailable('The store is closing.')
    worker ??= start()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    asked = { resolve, reject }
    const cancel = runtime.after(readMs, () => {
      const hung = worker
      worker = undefined
      hung?.terminate()
      reject(unavailable(`The read took longer than ${readMs} ms.`))
    })
    try {
      worker.postMessage(question)
      return await promise
    } finally {
      cancel()
      asked = undefined
    }
  }

  return {
    ask: (question) =>
      closing ? Promise.reject(unavailable('The store is closing.')) : limiter.run(() => askNow(question)),
    async close() {
      closing = true
      const ending = worker
      worker = undefined
      asked?.reject(unavailable('The store is closing.'))
      await ending?.terminate()
    },
  }
}

/** In the thread: answers questions, one after the other. `open` gets what the thread was given. */
export function serveReads<Data, Question, Answer>(
  open: (data: Data) => (question: Question) => Answer | Promise<Answer>,
) {
  if (isMainThread || !parentPort) throw new Error('serveReads belongs in the file of a thread')
  const port = parentPort
  const answerTo = open(workerData as Data)
  port.on('message', async (question: Question) => {
    try {
      port.postMessage({ answer: await answerTo(question) } satisfies Reply<Answer>)
    } catch (fault) {
      port.postMessage({ fault } satisfies Reply<Answer>)
    }
  })
}

const unavailable = (detail: string, cause?: unknown) =>
  new Problem('store_unavailable', detail, {}, { cause })
