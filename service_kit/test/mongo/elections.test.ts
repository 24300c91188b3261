import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { type MongoClient, ObjectId } from 'mongodb'
import { watchElections } from '../../src/mongo/elections.ts'

function world() {
  const client = new EventEmitter()
  const written: PromiseWithResolvers<void>[] = []
  const elections = watchElections(client as unknown as MongoClient, () => {
    written.push(Promise.withResolvers())
    return written.at(-1)!.promise
  })
  const see = (type: string, address: string, electionId?: ObjectId) =>
    client.emit('serverDescriptionChanged', { newDescription: { type, address, electionId } })
  return { elections, written, see }
}
const FIRST = new ObjectId()
const SECOND = new ObjectId()

test('after an election one write goes before all that waits; without another nothing is added', async () => {
  const { elections, written, see } = world()
  assert.equal(elections.caughtUp(), undefined)
  see('RSPrimary', 'a', FIRST)
  const waiting = [elections.caughtUp(), elections.caughtUp()]
  assert.equal(written.length, 1)
  written[0]!.resolve()
  await Promise.all(waiting)
  for (const type of ['RSSecondary', 'Unknown']) see(type, 'a')
  see('RSPrimary', 'a', FIRST)
  assert.equal(elections.caughtUp(), undefined)
})

test('the same member elected again is another primary', async () => {
  const { elections, written, see } = world()
  see('RSPrimary', 'a', FIRST)
  const before = elections.last()
  see('RSPrimary', 'a', SECOND)
  assert.notEqual(elections.last(), before)
  assert.ok(elections.caughtUp())
  assert.equal(written.length, 1)
})

test('a write under way when another is elected does not count for it', async () => {
  const { elections, written, see } = world()
  see('RSPrimary', 'a', FIRST)
  const waiting = elections.caughtUp()
  see('RSPrimary', 'b', SECOND)
  written[0]!.resolve()
  while (written.length < 2) await new Promise(setImmediate)
  written[1]!.resolve()
  await waiting
  assert.equal(elections.caughtUp(), undefined)
})

test('a write that fails is repeated by the next caller', async () => {
  const { elections, written, see } = world()
  see('RSPrimary', 'a', FIRST)
  const failing = elections.caughtUp()!
  written[0]!.reject(new Error('no'))
  await assert.rejects(failing, /no/)
  const again = elections.caughtUp()
  written[1]!.resolve()
  await again
  assert.equal(elections.caughtUp(), undefined)
})
