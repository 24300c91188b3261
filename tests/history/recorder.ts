/**
 * Records the calls of a test's clients in a history file (format.ts), and checks it against the stores at the end. The file
 * of a run that fails stays, complete with its stores, so that it can be checked again by `npm run check-history`.
 */
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../../scripts/root.ts'
import { type Answer, type Call, call } from '../system/calls.ts'
import type { StoreRecords } from '../system/invariants.ts'
import { type Checked, createHistoryChecker } from './check_history.ts'
import { FORMAT, type HistoryLine, type StoreLine } from './format.ts'
import { type Exchange, operationOf } from './http_operations.ts'
import { readHistory } from './read_history.ts'

const FOLDER = join(ROOT, 'tests', 'output', 'histories')
/** Of USD, the currency of the tests. */
const DIGITS = 2
const NANOSECONDS = 1_000n

/**
 * Microseconds of the machine's monotonic clock, which all its processes share, since the machine started. A call is rounded
 * down and a return up, so that rounding puts no two operations into an order.
 */
const calledNow = (): number => Number(process.hrtime.bigint() / NANOSECONDS)
const returnedNow = (): number => calledNow() + 1

export type Recorder = {
  /** One request, never repeated, which is recorded. */
  readonly call: Call
  /**
   * Checks what was recorded so far, while no request is under way and every order is settled. Fails with the faults and the
   * command that checks again.
   */
  check(stores: StoreRecords): Promise<Checked>
  /** Removes the file if the last check passed; otherwise adds the stores, if they can be read, and prints the command. */
  end(readStores: () => StoreRecords | Promise<StoreRecords>): Promise<void>
}

export function createRecorder(name: string): Recorder {
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, `${name}-${process.pid}-${calledNow()}.ndjson`)
  const stream = createWriteStream(file)
  let lines = 0
  const write = (line: HistoryLine) => {
    lines++
    return new Promise<void>((resolve, reject) =>
      stream.write(`${JSON.stringify(line)}\n`, (error) => (error ? reject(error) : resolve())),
    )
  }
  /** Of the last line. */
  let written = write({ is: 'history', format: FORMAT })
  let state: 'unchecked' | 'passed' | 'kept' = 'unchecked'
  /** Not answered yet. */
  const open = new Set<Omit<Exchange, 'answer' | 'returned'>>()

  /** A history that is kept is complete: what returns later is in it without an answer. */
  const record = (exchange: Exchange) => {
    if (state === 'kept' || stream.writableEnded) return
    const operation = operationOf(exchange, DIGITS)
    if (operation) written = write(operation)
  }

  const keep = async (stores: StoreRecords) => {
    // When a run fails, clients may still be waiting: what they asked for may have happened.
    for (const exchange of open) record({ ...exchange, answer: undefined, returned: undefined })
    for (const line of storeLines(stores)) written = write(line)
    written = write({ is: 'end', lines })
    state = 'kept'
    await written
    return `Its history is kept: npm run check-history -- ${relative(ROOT, file)}`
  }

  return {
    async call(method, url, request = {}) {
      const asked = { method, url, request, called: calledNow() }
      open.add(asked)
      let answer: Answer<never> | undefined
      try {
        answer = await call<never>(method, url, request)
        return answer
      } finally {
        open.delete(asked)
        record({ ...asked, answer, returned: returnedNow() })
      }
    },
    async check(stores) {
      await written
      const checker = createHistoryChecker()
      await readHistory(file, checker.add, { written: lines })
      for (const line of storeLines(stores)) checker.add(line)
      const findings = checker.finish()
      if (findings.faults.length === 0) {
        state = 'passed'
        return findings
      }
      const counts = [...findings.counts].map(([kind, count]) => `${count} × ${kind}`).join(', ')
      const sentences = findings.faults.map(({ sentence }) => sentence)
      throw new Error([...sentences, `In all: ${counts}.`, await keep(stores)].join('\n'))
    },
    async end(readStores) {
      // A run that failed before its check can be checked as well.
      if (state === 'unchecked') {
        console.error(await Promise.resolve().then(readStores).then(keep).catch(String))
      }
      await written
      stream.end()
      if (state === 'passed') rmSync(file)
    },
  }
}

export function* storeLines({
  products,
  movements,
  reservations,
  orders,
}: StoreRecords): Generator<StoreLine> {
  yield { is: 'stores' }
  for (const product of products) yield { is: 'product', ...product }
  for (const movement of movements) yield { is: 'movement', ...movement }
  for (const reservation of reservations) yield { is: 'reservation', ...reservation }
  for (const order of orders) yield { is: 'order', ...order }
}
