import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { AUDIT_INDEXES, createMongoAuditLog } from '../../src/audit/mongo_log.ts'
import { openMongo } from '../../src/mongo/store.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { auditLogContract } from '../../test_support/audit_log_contract.ts'

mongoSuites('the audit log in MongoDB', (server) => {
  auditLogContract('MongoDB', async (t) => {
    const store = await openMongo({
      url: server.url(server.newDatabase()),
      database: 'unused',
      service: 'auth_service',
      indexes: { ...AUDIT_INDEXES, counts: [{ name: '_id_', key: { _id: 1 } }] },
      ...server.opening,
    })
    t.after(() => store.close())
    const log = createMongoAuditLog(store, systemRuntime, () => () => {})
    const counts = store.collection<{ _id: string; count: number }>('counts')
    const counted = async () => (await counts.findOne({ _id: 'k' }))?.count ?? 0
    return {
      log,
      async write(by, at, record, fail) {
        const before = await counted()
        return log.write(by, at, async (options, add) => {
          await counts.updateOne({ _id: 'k' }, { $set: { count: before + 1 } }, { ...options, upsert: true })
          await add(record)
          if (fail) throw fail
          return before + 1
        })
      },
      counted,
    }
  })
})
