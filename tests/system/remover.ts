/**
 * Removes old records of the SQLite store of a service, as the service does in the background, and is killed on the way:
 * `node remover.ts SERVICE DATA_DIR ARCHIVE POINT`. Points: `archived` and `removed`, after the first batch; `end`.
 */
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'
import { openArchive } from '@shop/service_kit/storage/archive'
import {
  createRetention,
  createRetentionMetrics,
  type RetentionSource,
} from '@shop/service_kit/storage/retention'

const [service = '', DATA_DIR = '', folder = '', point] = process.argv.slice(2)
const config = { DATA_DIR, CURRENCY: 'USD' }

const killAt = (reached: string) => {
  if (reached === point) process.kill(process.pid, 'SIGKILL')
}
const killed = (source: RetentionSource<unknown>): RetentionSource<unknown> => ({
  ...source,
  async remove(items) {
    killAt('archived')
    const removed = await source.remove(items)
    killAt('removed')
    return removed
  },
})

async function open() {
  if (service === 'order_service') {
    const { ended, retentionLease, close } = await openOrders(config, { runtime })
    return { sources: ended, lease: retentionLease, close }
  }
  const { old, close } = await openProducts(config, { runtime })
  return { sources: [...old.movements, ...old.reservations], lease: old.lease, close }
}

const { sources, lease, close } = await open()
const retention = createRetention({
  tasks: sources.map((source) => ({ days: 30, source: killed(source as RetentionSource<unknown>) })),
  lease: { ...lease, take: async (owner, now) => lease.take(owner, now, now) },
  archive: openArchive({ folder, service, runtime }),
  metrics: createRetentionMetrics(createMetrics(service)),
  logger: { info() {}, error() {} } as never,
  runtime,
})
await retention.run()
await close()
