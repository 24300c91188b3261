/** The catalogue is read into memory when the process starts: read_ahead.ts. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import {
  createReadAhead,
  READ_AHEAD_AFTER_MS,
  READ_AHEAD_MAX_MS,
  READ_AHEAD_PAUSE_MS,
} from '../src/read_ahead.ts'
import { openSqliteStores } from '../src/storage/open_stores.ts'
import { stillReading } from '../src/storage/still_reading.ts'
import { add, folder } from './worlds.ts'

const PAGE = { items: [], next: undefined, total: { count: 0, more: false } }

/** `failures` questions fail before the first answer. */
function world(failures: number) {
  const runtime = createVirtualRuntime()
  const seen = { asked: 0, read: 0, failed: 0 }
  const ahead = createReadAhead({
    listings: {
      async list() {
        seen.asked += 1
        if (seen.asked <= failures) throw stillReading()
        return PAGE
      },
    },
    runtime,
    onRead: () => (seen.read += 1),
    onFailure: () => (seen.failed += 1),
  })
  return { runtime, seen, ahead }
}

suite('reading ahead', () => {
  test('1: asks until lists answer, and not again', async () => {
    const { runtime, seen, ahead } = world(3)
    ahead.start()
    ahead.start()
    await runtime.advance(READ_AHEAD_AFTER_MS - 1)
    assert.equal(seen.asked, 0)
    await runtime.advance(1 + 3 * READ_AHEAD_PAUSE_MS)
    assert.deepEqual(seen, { asked: 4, read: 1, failed: 0 })
    await runtime.advance(READ_AHEAD_MAX_MS)
    assert.equal(seen.asked, 4)
  })

  test('1: a store that does not answer is left alone after a while, and it is reported', async () => {
    const { runtime, seen, ahead } = world(Number.POSITIVE_INFINITY)
    ahead.start()
    await runtime.advance(READ_AHEAD_AFTER_MS + READ_AHEAD_MAX_MS)
    const { asked } = seen
    assert.deepEqual(seen, { asked, read: 0, failed: 1 })
    await runtime.advance(READ_AHEAD_MAX_MS)
    assert.equal(seen.asked, asked)
  })

  test('1: stopping ends it', async () => {
    const { runtime, seen, ahead } = world(Number.POSITIVE_INFINITY)
    ahead.start()
    await runtime.advance(READ_AHEAD_AFTER_MS)
    await ahead.stop()
    await runtime.advance(READ_AHEAD_MAX_MS)
    assert.deepEqual(seen, { asked: 1, read: 0, failed: 0 })
  })

  test('reads the products of a store before anyone asks', async (t) => {
    const path = join(folder(t), 'products.db')
    const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
    t.after(() => stores.close())
    const { id } = await add(stores, { stock: 1 })
    const read = Promise.withResolvers<unknown>()
    const ahead = createReadAhead({
      listings: {
        async list(query) {
          const page = await stores.listings.list(query)
          read.resolve(page.items)
          return page
        },
      },
      runtime: systemRuntime,
      onRead() {},
      onFailure: read.reject,
    })
    ahead.start()
    assert.deepEqual(await read.promise, [{ kind: 'product', id }])
    await ahead.stop()
  })
})
