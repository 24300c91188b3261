/** What a real MongoDB says of many documents at once, which the server of the tests says otherwise. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { MongoBulkWriteError, MongoServerError } from 'mongodb'
import { shareInserts } from '../../src/mongo/writes.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'

type Doc = { _id: string }

/** Of unique ids. Ordered, it stops at the first that exists; it names those it refused unless it is `terse`. */
function collectionOf(ids: string[], terse = false) {
  const kept = new Set(ids)
  const exists = () => new MongoServerError({ message: 'E11000', code: 11000 })
  const add = (id: string) => {
    if (kept.has(id)) throw exists()
    kept.add(id)
  }
  const collection = {
    async insertOne({ _id }: Doc) {
      add(_id)
    },
    async insertMany(documents: Doc[], { ordered }: { ordered: boolean }) {
      const writeErrors: { code: number; index: number }[] = []
      for (const [index, { _id }] of documents.entries()) {
        if (!kept.has(_id)) kept.add(_id)
        else writeErrors.push({ code: 11000, index })
        if (ordered && writeErrors.length > 0) break
      }
      if (writeErrors.length === 0) return
      if (terse) throw exists()
      throw Object.assign(new MongoBulkWriteError(exists(), {} as never), { writeErrors, result: {} })
    },
  }
  return { kept, insert: shareInserts<Doc>(systemRuntime, () => collection as never) }
}

suite('inserts that share a command', () => {
  for (const terse of [false, true]) {
    test(`each is told its own outcome, where those refused are ${terse ? 'not ' : ''}named`, async () => {
      const { kept, insert } = collectionOf(['b', 'c'], terse)
      const added = await Promise.all(['a', 'b', 'c', 'd'].map((_id) => insert({ _id })))
      assert.deepEqual([...kept].sort(), ['a', 'b', 'c', 'd'])
      // Where nobody is named, one that was added meets itself; who repeats knows its own.
      assert.deepEqual(added, terse ? [false, false, false, false] : [true, false, false, true])
    })
  }

  test('one alone is told so, too; any other fault is no answer', async () => {
    const { insert } = collectionOf(['b'])
    assert.deepEqual([await insert({ _id: 'a' }), await insert({ _id: 'b' })], [true, false])
    const fault = new Error('away')
    const failing = shareInserts<Doc>(
      systemRuntime,
      () => ({ insertOne: () => Promise.reject(fault), insertMany: () => Promise.reject(fault) }) as never,
    )
    await assert.rejects(failing({ _id: 'a' }), /away/)
    const both = await Promise.allSettled([failing({ _id: 'a' }), failing({ _id: 'b' })])
    assert.ok(both.every(({ status }) => status === 'rejected'))
  })

  test('two commands are under way at once, and what comes meanwhile shares the next', async () => {
    const sent: { ids: string[]; answer: () => void }[] = []
    const send = (documents: Doc[]) =>
      new Promise<void>((answer) => sent.push({ ids: documents.map(({ _id }) => _id), answer }))
    const collection = { insertOne: (document: Doc) => send([document]), insertMany: send }
    const insert = shareInserts<Doc>(systemRuntime, () => collection as never)
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
