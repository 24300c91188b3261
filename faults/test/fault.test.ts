import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault, type Nothing } from '../src/fault.ts'

type Payloads = { gone: Nothing; full: { readonly max: number }; slow: { readonly ms?: number } }
class ShelfError<Code extends keyof Payloads = keyof Payloads> extends Fault<Payloads, Code> {}

test('a fault has a code, a message, the payload of its code, and a cause', () => {
  const cause = new Error('the shelf broke')
  const full: ShelfError = new ShelfError('full', 'No room.', { max: 3 }, { cause })
  assert.deepEqual(
    [full.code, full.message, full.payload, full.cause],
    ['full', 'No room.', { max: 3 }, cause],
  )
  assert.ok(full instanceof Fault && full instanceof Error)
  assert.deepEqual([new ShelfError('gone', '').payload, new ShelfError('slow', '').payload], [{}, {}])
})

test('a payload of another code does not compile', () => {
  // @ts-expect-error The payload is missing.
  const bare = new ShelfError('full', 'No room.')
  // @ts-expect-error It is that of another code.
  const other = new ShelfError('full', 'No room.', { ms: 1 })
  // @ts-expect-error The code has none.
  const more = new ShelfError('gone', 'Gone.', { max: 3 })
  // @ts-expect-error There is no such code.
  const unknown = new ShelfError('lost', 'Lost.')
  assert.deepEqual(
    [bare, other, more, unknown].map(({ name }) => name),
    Array(4).fill('Error'),
  )
})
