/** Parts of level B: the connections of a process, databases in memory, and the releases of a history. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { readManifest, sha256, simulatedRelease } from '../../../tests/previous_release/release.ts'
import { createMachine } from '../../core/machine.ts'
import { createWorld } from '../../core/world.ts'
import { networkOf } from '../../shop/calls.ts'
import type { Network } from '../../shop/network.ts'
import '../../shop/sqlite_engine.ts'
import { DatabaseSync, diskError, openEngines } from '../../shop/sqlite_in_memory.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

suite('the connections of a process', () => {
  for (const isKilled of [false, true]) {
    test(isKilled ? 'send nothing once it was killed' : 'send what it asks for', async () => {
      const machine = createMachine(createWorld(1, false), 'order_service_1', 1, { aheadMs: 0 })
      let sent = 0
      const exchange = () => {
        sent += 1
        return new Promise<never>(() => {})
      }
      const connections = networkOf({ exchange } as unknown as Network, machine).connections({
        origin: 'http://product_service_1',
        connect(_: unknown, callback: (error: null, socket: object) => void) {
          callback(null, { remote: 'product_service_1', destroy() {} })
          if (isKilled) machine.kill()
        },
      } as never)
      void connections.request({
        method: 'GET',
        path: '/products',
        headers: {},
        body: null,
        signal: null,
      } as never)
      await turn()
      assert.equal(sent, isKilled ? 0 : 1)
    })
  }
})

suite('databases in memory', () => {
  const noFault = () => undefined
  const opened = (engines: ReturnType<typeof openEngines>, name = 'orders') =>
    engines.connect(name, () => new DatabaseSync(':memory:'))
  const countIn = (db: DatabaseSync) => db.prepare('SELECT count(*) AS n FROM things').get()!.n

  test('are shared by the connections of a history, and by no others', () => {
    const [engines, others] = [openEngines(noFault), openEngines(noFault)]
    const [one, other] = [opened(engines), opened(engines)]
    one.exec('CREATE TABLE things (id INTEGER); INSERT INTO things VALUES (1)')
    assert.equal(countIn(other), 1)
    assert.throws(() => countIn(opened(engines, 'products')), /no such table/)
    assert.throws(() => countIn(opened(others)), /no such table/)
    engines.close()
    others.close()
    assert.equal(one.isOpen, false)
  })

  test('count the changes of all connections, as services ask for them', () => {
    const engines = openEngines(noFault)
    const [one, other] = [opened(engines), opened(engines)]
    one.exec('CREATE TABLE things (id INTEGER)')
    const revision = one.prepare('SELECT total_changes() AS n')
    const seen = [revision.get()!.n]
    other.exec('INSERT INTO things VALUES (1)')
    seen.push(revision.get()!.n)
    one.exec('INSERT INTO things VALUES (2)')
    seen.push(revision.get()!.n)
    assert.equal(new Set(seen).size, 3)
    engines.close()
  })

  test('fail as a disk does, before and after a commit', () => {
    let failing: 'before' | 'after' | undefined
    const engines = openEngines((moment) =>
      moment === failing ? diskError(10, 'disk I/O error') : undefined,
    )
    const db = opened(engines)
    db.exec('CREATE TABLE things (id INTEGER)')
    const commit = db.prepare('COMMIT')
    for (const [moment, stored] of [
      ['before', 0],
      ['after', 1],
      [undefined, 2],
    ] as const) {
      failing = moment
      db.exec('BEGIN; INSERT INTO things VALUES (1)')
      if (moment === undefined) commit.get()
      else assert.throws(() => commit.get(), /disk I\/O error/)
      if (moment === 'before') db.exec('ROLLBACK')
      assert.equal(countIn(db), stored)
    }
    engines.close()
  })

  test('are those of services, or nothing is opened', () => {
    const engines = openEngines(noFault)
    assert.throws(() => engines.connect('orders', () => undefined), /loaded too late/)
    engines.close()
  })

  test('have no other path', () => {
    assert.throws(() => new DatabaseSync(':memory:'), /no database of a history/)
    const engines = openEngines(noFault)
    assert.throws(
      () => engines.connect('orders', () => new DatabaseSync('orders.db')),
      /no database of a history/,
    )
    engines.close()
  })
})

test('the previous release of a history is the one that was kept', async () => {
  // Not before: what is imported above is linked before sqlite_engine.ts begins.
  const { RELEASES } = await import('../../shop/releases.ts')
  assert.notEqual(RELEASES.previous.startOrderService, RELEASES.present.startOrderService)
  const kept = readFileSync(new URL('../../../tests/previous_release/kept/simulation.br', import.meta.url))
  assert.equal(sha256(kept), readManifest().archives.simulation.sha256)
  assert.ok(readFileSync(simulatedRelease(), 'utf8').includes(RELEASES.previous.startOrderService.name))
})
