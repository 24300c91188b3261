/** What each script reports about a damaged store: the file, the reason (once), and the next step. */
import assert from 'node:assert/strict'
import { randomBytes, randomFillSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { finish, newWorld, type World } from './running.ts'

const REASON = 'file is not a database'

async function wholeWorld(t: TestContext) {
  const world = await newWorld(t)
  const place = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
  for (const open of [openAuthStores, openProductStores, openOrderStores])
    await (await open(place, { runtime: systemRuntime })).close()
  return world
}

/** A shop with one store of random bytes. */
async function damagedWorld(t: TestContext, file: string) {
  const world = await wholeWorld(t)
  writeFileSync(join(world.dataDir, file), randomBytes(20_000))
  return world
}

type Case = {
  readonly script: string
  readonly file: string
  readonly args?: (world: World) => readonly string[]
}

const CASES: readonly Case[] = [
  { script: 'seed', file: 'products.db' },
  { script: 'doctor', file: 'products.db' },
  { script: 'rotate_keys', file: 'auth.db' },
  { script: 'accounts', file: 'auth.db', args: () => ['--list'] },
  {
    script: 'migrate',
    file: 'products.db',
    args: ({ dataDir }) => ['--from', `sqlite:${dataDir}`, '--to', 'mongodb://127.0.0.1:9'],
  },
  { script: 'backup', file: 'orders.db', args: ({ dataDir }) => ['--to', join(dataDir, '..', 'backup')] },
]

suite('a damaged store', () => {
  for (const { script, file, args = () => [] } of CASES) {
    test(`is named by ${script}, with the reason once, and the next step`, async (t) => {
      const world = await damagedWorld(t, file)
      const { code, output } = await finish(t, `${script}.ts`, world, ...args(world))
      assert.equal(code, 1, output)
      assert.ok(output.includes(join(world.dataDir, file)), output)
      assert.equal(output.split(REASON).length - 1, 1, output)
      assert.match(output, /npm run restore/)
      assert.doesNotMatch(output, /Run the command again|Check who owns/)
      assert.equal(existsSync(join(world.dataDir, '..', 'backup', file)), false)
    })
  }

  test('is not moved away if only a part of it is damaged', async (t) => {
    const world = await wholeWorld(t)
    const file = join(world.dataDir, 'orders.db')
    // The header and the list of tables stay intact.
    const db = new DatabaseSync(file)
    const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number }
    const { rootpage } = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'orders'`).get() as {
      rootpage: number
    }
    db.close()
    const bytes = readFileSync(file)
    randomFillSync(bytes, (rootpage - 1) * size, size)
    writeFileSync(file, bytes)
    const args = ['--from', `sqlite:${world.dataDir}`, '--to', 'mongodb://127.0.0.1:9']
    const { code, output } = await finish(t, 'migrate.ts', world, ...args)
    assert.equal(code, 1, output)
    assert.ok(output.startsWith(`Not usable: ${file}`), output)
    assert.doesNotMatch(output, /Run the command again/)
  })
})
