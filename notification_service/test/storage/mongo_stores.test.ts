import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { assertQueriesAreIndexed } from '@shop/service_kit/test_support/mongo_queries'
import { type MongoServer, mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { createMongoEventLog, createMongoOldEvents } from '../../src/storage/mongo_event_log.ts'
import { createMongoMailStore, createMongoOldMails } from '../../src/storage/mongo_mail_store.ts'
import { createMongoWebhookStore } from '../../src/storage/mongo_webhook_store.ts'
import { NOTIFICATION_INDEXES } from '../../src/storage/open_mongo.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { eventLogContract } from '../event_log_contract.ts'
import { mailStoreContract, newMail } from '../mail_store_contract.ts'
import { AT, endpoint, event, ROOT, uuid } from '../samples.ts'
import { webhookStoreContract } from '../webhook_store_contract.ts'

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

  webhookStoreContract(
    'MongoDB, two connections',
    async (t) => {
      const database = server.newDatabase()
      return [await open(t, server, database), await open(t, server, database)]
    },
    { races: server.honest },
  )

  mailStoreContract(
    'MongoDB, two connections',
    async (t) => {
      const database = server.newDatabase()
      return [await open(t, server, database), await open(t, server, database)]
    },
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
      const audit = createMongoAuditLog(store, systemRuntime, () => () => {})
      const webhooks = createMongoWebhookStore(store, systemRuntime, audit)
      const entry = {
        by: ROOT,
        record: { action: 'endpoint.created', subject: { type: 'endpoint', id: uuid(1) }, changes: [] },
      } as const
      await webhooks.add(endpoint(1), 9, entry)
      await webhooks.endpoints()
      await webhooks.save({ ...endpoint(1), state: 'paused' }, entry)
      const due = [1, 2].map((position) => ({
        ...{ position, eventId: `order:a:${position}`, type: 'order.confirmed', aggregate: 'order:a' },
      }))
      await webhooks.spread(uuid(1), 0, 2, due, AT)
      const [claimed] = await webhooks.claim(uuid(1), AT, AT, 9)
      const attempt = { at: AT, status: 200, error: null, durationMs: 1 }
      await webhooks.finish({ delivery: claimed!, state: 'done', dueAt: AT, attempt })
      await webhooks.replay(uuid(1), due, AT, entry)
      for (const state of [undefined, 'queued'] as const)
        await webhooks.deliveries({ endpointId: uuid(1), state, before: 5, limit: 5 })
      await webhooks.attempts(uuid(1), 1)
      await log.find('order:a', 1)
      const old = createMongoOldEvents(store)
      await old.remove((await old.due('2027', '0', 5)).items)
      await webhooks.remove(uuid(1), AT, entry)
      const mails = createMongoMailStore(store, systemRuntime, () => {})
      await mails.advance(0, 1, [newMail('a')], AT)
      await mails.advance(1, 2, [newMail('b', { expiresAt: AT })], AT)
      await mails.claim(await mails.due(AT, 9, ['slow.example']), AT)
      await mails.finish({ id: 'a', fence: 1, state: 'sent', dueAt: AT, reason: null }, AT)
      await mails.expire(AT, 'too late', 9)
      await mails.backlog(9)
      await mails.over('dead', 9)
      const oldMails = createMongoOldMails(store)
      await oldMails.remove((await oldMails.due('2027', undefined, 9)).items)
    })
    assert.ok(seen.length >= 3, seen.join('; '))
  })
})
