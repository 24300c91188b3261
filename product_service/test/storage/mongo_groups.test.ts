/** Details and groups on MongoDB. */
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { detailsContract } from '../details_contract.ts'
import { groupsContract } from '../groups_contract.ts'
import type { MakeStores } from '../worlds.ts'

mongoSuites('details and groups in MongoDB', (server) => {
  const opened =
    (count: 1 | 2): MakeStores =>
    async (t) => {
      const config = { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '', CURRENCY: 'USD' }
      const stores = await Promise.all(
        Array.from({ length: count }, () => openStores(config, server.opening)),
      )
      t.after(() => Promise.all(stores.map((each) => each.close())))
      return [stores[0]!, stores.at(-1)!]
    }
  detailsContract('MongoDB', opened(1), { conflicts: server.honest })
  groupsContract('MongoDB', opened(1), { many: server.honest })
  // Races of two processes are overlapping transactions.
  if (!server.honest) return
  detailsContract('MongoDB, two connections', opened(2))
  groupsContract('MongoDB, two connections', opened(2))
})
