/** A process that sells from the given file; tests start several. Prints how many units it held. */
import { randomUUIDv7 } from 'node:crypto'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqliteStores } from '../src/storage/open_stores.ts'

const [path = '', products = '', count = '0'] = process.argv.slice(2)
const ids = products.split(',')
const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
const answers = await Promise.all(
  Array.from({ length: Number(count) }, (_, i) => {
    const lines = (i % 2 ? ids : [...ids].reverse()).map((productId) => ({ productId, quantity: 1 }))
    const request = { orderId: randomUUIDv7(), lines, totalMinor: 100 * ids.length }
    return stores.stock.reserve([request], new Date().toISOString())
  }),
)
await stores.close()
process.stdout.write(String(answers.filter(([answer]) => answer?.status === 'held').length))
