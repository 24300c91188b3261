/** The assertion that queries use indexes (test_support/mongo_queries.ts). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MongoStore } from '../../src/mongo/store.ts'
import { assertQueriesAreIndexed } from '../../test_support/mongo_queries.ts'
import { mongoSuite } from '../../test_support/mongo_server.ts'

type Doc = { _id: string; name?: string | undefined; other?: string }

mongoSuite('queries of a store on MongoDB', (server) => {
  const plan = {
    service: 'test_service',
    database: 'unused',
    indexes: { things: [{ name: 'by_name', key: { name: 1 as const } }] },
  }
  const check = (work: (store: MongoStore) => Promise<unknown>) =>
    assertQueriesAreIndexed(server, plan, async (store) => void (await work(store)))
  const things = (store: MongoStore) => store.collection<Doc>('things')

  test('one that names the first field of an index passes', async () => {
    const seen = await check(async (store) => {
      await things(store).findOne({ name: 'a', other: 'b' })
      await things(store).updateOne({ _id: 'a' }, { $set: { name: 'b' } })
    })
    assert.deepEqual(seen, ['things name,other', 'things _id'])
  })

  test('one that does not fails', async () => {
    await assert.rejects(
      check((store) => things(store).findOne({ other: 'b' })),
      /no index for/,
    )
  })

  test('a field that is undefined is not sent, so it finds no index', async () => {
    await assert.rejects(
      check((store) => things(store).findOne({ name: undefined, other: 'b' } as never)),
      /no index for/,
    )
  })
})
