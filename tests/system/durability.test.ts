/**
 * Durability (invariant 3): an order whose answer was seen is stored, even if a kill follows at once.
 *
 * A SIGKILL ends the process but not the operating system, so it shows that no answered order was only in the
 * process's memory. That a commit also waits for the disk (synchronous=FULL) is tested in
 * service_kit/test/sqlite/store.test.ts; here the files of the running shop are tested to be in WAL mode.
 */
import assert from 'node:assert/strict'
import { closeSync, openSync, readSync } from 'node:fs'
import { suite, test } from 'node:test'
import { orderOf } from './buyer.ts'
import type { ServiceName } from './processes.ts'
import { createRecordedWorld } from './recorded_world.ts'
import { newKey, storePath } from './world.ts'

const KILLS = 6
const TEST_MS = 480_000
const SERVICES: readonly ServiceName[] = ['auth_service', 'product_service', 'order_service']

suite('durability (invariant 3)', { timeout: TEST_MS }, () => {
  test('an accepted order survives a SIGKILL right after its answer', async (t) => {
    const world = await createRecordedWorld(t, 'durability')
    await t.test('the files of the running services are in WAL mode', () => {
      for (const service of SERVICES) {
        // Bytes 18 and 19 of the header: write and read version, 2 for WAL (https://sqlite.org/fileformat.html).
        assert.deepEqual([...bytes(storePath(world.dataDir, service), 18, 2)], [2, 2], service)
      }
    })
    const [buyer] = await world.buyers(1)
    const product = await world.addProduct({ stock: 1_000 })
    const answered: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      // Both stores have just committed an answered order; the services are killed in turn.
      const victim = kill % 2 === 0 ? world.orders : world.products
      const attempts = Array.from({ length: 8 }, () => ({ lines: [{ product, quantity: 1 }], key: newKey() }))
      const first = Promise.withResolvers<void>()
      const answers = attempts.map(async (attempt) => {
        const answer = await world.place(buyer!, attempt)
        const order = orderOf(answer)
        if (order) answered.push(order.id)
        first.resolve()
      })
      // The other requests are under way at the kill: they may or may not be answered.
      const all = Promise.allSettled(answers)
      await Promise.race([first.promise, all])
      await victim.kill()
      await all
      await victim.start()
    }
    assert.ok(answered.length >= KILLS, `Only ${answered.length} answers were seen`)
    for (const id of answered) {
      const order = await world.settled(buyer!, id)
      assert.equal(order.status, 'confirmed')
    }
    // An order made just before a kill may not have been answered; the settler settles it later.
    await world.check()
  })
})

function bytes(path: string, from: number, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const found = Buffer.alloc(length)
    readSync(file, found, 0, length, from)
    return found
  } finally {
    closeSync(file)
  }
}
