/**
 * The ledger as witness: every call of a client, its answer and their times, checked at the end against the stores by the
 * checker of real histories (tests/history), as in the tests of races.
 */
import { createHistoryChecker } from '../../tests/history/check_history.ts'
import { operationOf } from '../../tests/history/http_operations.ts'
import { storeLines } from '../../tests/history/recorder.ts'
import type { Answer as HttpAnswer, Json } from '../../tests/system/calls.ts'
import type { StoreRecords } from '../../tests/system/invariants.ts'
import { Violation } from '../core/history.ts'
import type { Message } from './network.ts'
import type { Opening } from './opening.ts'

const DIGITS = 2
const MICROSECONDS = 1_000

export type Recording = {
  /** The call was made at this time; its result is called with the answer, or without one. */
  called(message: Message): (answer?: { readonly status: number; readonly body: Json }) => void
  /** Throws a Violation unless one thing after the other could have given these answers. */
  check(stores: StoreRecords): void
}

/** The products with which a history begins: no request made them. */
export function recordOpening(recording: Recording, { admins, products }: Opening): void {
  const { id: sub, username } = admins[0]!
  // As much of a token as a recording reads.
  const claims = Buffer.from(JSON.stringify({ sub, username, role: 'admin' })).toString('base64url')
  const headers = { authorization: `Bearer .${claims}.` }
  for (const product of products) {
    const { stock, price } = product
    const message = { method: 'POST', path: '/products', headers, body: JSON.stringify({ stock, price }) }
    recording.called(message)({ status: 201, body: { ...product, version: 1 } })
  }
}

/** `time` in milliseconds. */
export function createRecording(time: () => number): Recording {
  const checker = createHistoryChecker()
  return {
    called(message) {
      const called = Math.floor(time() * MICROSECONDS)
      return (answer) => {
        const { authorization, 'idempotency-key': key, 'if-match': ifMatch } = message.headers
        const operation = operationOf(
          {
            method: message.method,
            url: `http://shop${message.path}`,
            request: {
              ...(authorization === undefined ? {} : { token: authorization.replace('Bearer ', '') }),
              ...(key === undefined ? {} : { key }),
              ...(message.body === undefined ? {} : { body: JSON.parse(message.body) as Json }),
              ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
            },
            answer: answer && ({ ...answer, headers: new Headers() } satisfies HttpAnswer),
            called,
            returned: Math.floor(time() * MICROSECONDS) + 1,
          },
          DIGITS,
        )
        if (operation) checker.add(operation)
      }
    },
    check(stores) {
      for (const line of storeLines(stores)) checker.add(line)
      const [fault] = checker.finish().faults
      if (fault) throw new Violation(`the answers fit no sequence of changes: ${fault.sentence}`)
    },
  }
}
