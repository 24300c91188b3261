import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { type MongoServer, mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { createMongoEventLog, createMongoOldEvents } from '../../src/storage/mongo_event_log.ts'
import { NOTIFICATION_INDEXES } from '../../src/storage/open_mongo.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { eventLogContract } from '../event_log_contract.ts'
import { AT, event } from '../samples.ts'

async function open(t: TestContext, server: MongoServer, database: string) {
  const stores = await openStores({ DATABASE_URL: server.url(database), DATA_DIR: '' }, server.opening)
  t.after(() => stores.close())
  return stores
}

mongoSuites('notifications in MongoDB', (server) => {
  eventLogContract(
    'MongoDB, two connections',
    async (t) => {
      const database = server.newDatabase()
      return [await open(t, server, database), await open(t, server, database)]
    },
    // Overlapping transactions are isolated by a real server and by the model alone.
    { races: server.honest },
  )
})

mongoSuite('queries on notifications in MongoDB', (server) => {
  test('every query uses an index', async () => {
    const plan = { service: 'notification_service', database: 'unused', indexes: NOTIFICATION_INDEXES }
    const seen = await assertQueriesAreIndexed(server, plan, async (store) => {
      const log = createMongoEventLog(store, systemRuntime, () => {})
      await log.record([event('order:a', 1), event('order:a', 2)], AT)
      await log.record([event('order:a', 2)], AT)
      await log.ends()
      await log.between(0, 9, 5)
      await log.between(0, 9, 5, ['order.confirmed'])
      const old = createMongoOldEvents(store)
      await old.remove((await old.due('2027', '0', 5)).items)
    })
    assert.ok(seen.length >= 3, seen.join('; '))
  })
})
