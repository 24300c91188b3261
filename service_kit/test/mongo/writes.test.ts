/** Errors of bulk writes as a real MongoDB reports them. The test server reports them differently. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MongoBulkWriteError, MongoServerError } from 'mongodb'
import { batchInserts } from '../../src/mongo/writes.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'

type Doc = { _id: string }

/** A collection with unique ids. If `ordered`, it stops at the first that exists. If `terse`, it does not name those it refused. */
function collectionOf(ids: string[], terse = false) {
  const stored = new Set(ids)
  const exists = () => new MongoServerError({ message: 'E11000', code: 11000 })
  const add = (id: string) => {
    if (stored.has(id)) throw exists()
    stored.add(id)
  }
  const collection = {
    async insertOne({ _id }: Doc) {
      add(_id)
    },
    async insertMany(documents: Doc[], { ordered }: { ordered: boolean }) {
      const writeErrors: { code: number; index: number }[] = []
      for (const [index, { _id }] of documents.entries()) {
        if (!stored.has(_id)) stored.add(_id)
        else writeErrors.push({ code: 11000, index })
        if (ordered && writeErrors.length > 0) break
      }
      if (writeErrors.length === 0) return
      if (terse) throw exists()
      throw Object.assign(new MongoBulkWriteError(exists(), {} as never), { writeErrors, result: {} })
    },
  }
  return { stored, insert: batchInserts<Doc>(systemRuntime, () => collection as never) }
}

suite('inserts that share a command', () => {
  for (const terse of [false, true]) {
    test(`each has its own outcome, if those refused are ${terse ? 'not ' : ''}named`, async () => {
      const { stored, insert } = collectionOf(['b', 'c'], terse)
      const added = await Promise.all(['a', 'b', 'c', 'd'].map((_id) => insert({ _id })))
      assert.deepEqual([...stored].sort(), ['a', 'b', 'c', 'd'])
      // If none is named, one that was added finds itself. A caller that repeats recognises its own.
      assert.deepEqual(added, terse ? [false, false, false, false] : [true, false, false, true])
    })
  }

  test('a single insert has its outcome, too; any other error rejects', async () => {
    const { insert } = collectionOf(['b'])
    assert.deepEqual([await insert({ _id: 'a' }), await insert({ _id: 'b' })], [true, false])
    const fault = new Error('away')
    const failing = batchInserts<Doc>(
      systemRuntime,
      () => ({ insertOne: () => Promise.reject(fault), insertMany: () => Promise.reject(fault) }) as never,
    )
    await assert.rejects(failing({ _id: 'a' }), /away/)
    const both = await Promise.allSettled([failing({ _id: 'a' }), failing({ _id: 'b' })])
    assert.ok(both.every(({ status }) => status === 'rejected'))
  })

  test('inserts that share a command are not sent one by one while the server goes away', async () => {
    const writeErrors = [
      { code: 11000, index: 0 },
      { code: 11602, index: 1 }, // InterruptedDueToReplStateChange
    ]
    const interrupted = new MongoBulkWriteError(
      { message: 'x', code: 11000, writeErrors } as never,
      {} as never,
    )
    let alone = 0
    const collection = {
      insertOne: async () => void alone++,
      insertMany: () => Promise.reject(interrupted),
    }
    const insert = batchInserts<Doc>(systemRuntime, () => collection as never)
    const outcomes = await Promise.allSettled(['a', 'b'].map((_id) => insert({ _id })))
    assert.deepEqual(
      outcomes.map((each) => each.status === 'rejected' && each.reason),
      [interrupted, interrupted],
    )
    assert.equal(alone, 0)
  })

  test('two commands run at once, and inserts that come meanwhile share the next', async () => {
    const sent: { ids: string[]; answer: () => void }[] = []
    const send = (documents: Doc[]) =>
      new Promise<void>((answer) => sent.push({ ids: documents.map(({ _id }) => _id), answer }))
    const collection = { insertOne: (document: Doc) => send([document]), insertMany: send }
    const insert = batchInserts<Doc>(systemRuntime, () => collection as never)
    const added = []
    for (const _id of ['a', 'b', 'c', 'd']) {
      added.push(insert({ _id }))
      for (let i = 0; i < 5; i++) await turn()
    }
    assert.deepEqual(
      sent.map(({ ids }) => ids),
      [['a'], ['b']],
    )
    sent[0]!.answer()
    while (sent.length === 2) await turn()
    assert.deepEqual(sent[2]?.ids, ['c', 'd'])
    for (const { answer } of sent) answer()
    assert.deepEqual(await Promise.all(added), [true, true, true, true])
  })
})
