/** `npm run backup` and `npm run restore`: a backup made under load can be restored, and is consistent. */
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import fs, {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openNotificationStores } from '@shop/notification_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openPaymentStores } from '@shop/payment_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { indexFilesOf } from '@shop/product_service/storage/sqlite_index_file'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { markOf } from '@shop/service_kit/sqlite/mark'
import { folderNameAt, UNFINISHED_KEPT_MS } from '../../scripts/backup/backup_folders.ts'
import { claimFolder, hashesOf, readManifest, writeManifest } from '../../scripts/backup/manifest.ts'
import { restoreFiles } from '../../scripts/backup/sqlite_restore.ts'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'
import { SERVICES, type ServiceName } from '../../scripts/services.ts'
import { startLoad } from '../cluster/load.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertConsistent } from '../system/invariants.ts'
import { readRecords, settledRecords } from '../system/store_records.ts'
import { createChance, until } from '../system/until.ts'
import { examined } from './examined.ts'
import { finish, newWorld, READY, runScript, type World } from './running.ts'

const TEST_MS = 480_000
const BUYING_MS = 120_000
const BUYERS = 6

const pathOf = (dataDir: string, service: ServiceName) =>
  join(dataDir, SERVICES.find(({ name }) => name === service)!.databaseFile)
const recordsOf = ({ dataDir }: World) => readRecords(dataDir, pathOf)

async function openShop(t: TestContext, world: World) {
  const shop = runScript(t, 'start.ts', world)
  await shop.until(READY)
  return {
    async close() {
      shop.process.kill('SIGTERM')
      assert.equal(await shop.ended, 0, shop.output())
    },
  }
}

function gather({ dataDir, ports }: World) {
  const at = (port: number) => `http://127.0.0.1:${port}`
  return startLoad({
    addresses: { auth: at(ports.auth), products: at(ports.product), orders: at(ports.order) },
    admin: JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8')),
    ...{ size: BUYERS, products: 3, stock: 500, pauseMs: 20, chance: createChance(1) },
  })
}

/** The files in the data folder of a shop with one product. */
async function makeStores({ dataDir }: World) {
  const place = { DATA_DIR: dataDir, CURRENCY: 'USD' }
  const products = await openProductStores(place, { runtime: systemRuntime })
  const fields = { name: 'Tea pot', description: 'Holds a litre.', priceMinor: 1999, stock: 10 }
  const act = { by: 'test', at: new Date().toISOString() }
  await products.catalogue.create({ id: randomUUIDv7(), fields }, act)
  for (const { close } of [
    products,
    await openAuthStores(place, { runtime: systemRuntime }),
    await openNotificationStores(place, { runtime: systemRuntime }),
    await openPaymentStores(place, { runtime: systemRuntime }),
    await openOrderStores(place, { runtime: systemRuntime }),
  ])
    await close()
}

/** A store as a killed process leaves it: the changes are committed, but only in the write-ahead log. */
function leaveChangesBeside(path: string) {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; DROP TABLE reservations')
  copyFileSync(`${path}-wal`, `${path}-kept`)
  db.close()
  renameSync(`${path}-kept`, `${path}-wal`)
}

/** From now on: what is synced and renamed, in this order. */
function diskSteps(t: TestContext): readonly string[] {
  const steps: string[] = []
  const { fsyncSync, renameSync } = fs
  const synced = (fd: number) => {
    fsyncSync(fd)
    steps.push(`sync ${basename(readlinkSync(`/proc/self/fd/${fd}`))}`)
  }
  const renamed: typeof renameSync = (from, to) => {
    renameSync(from, to)
    steps.push(`rename ${basename(String(from))}`)
  }
  t.mock.method(fs, 'fsyncSync', synced)
  t.mock.method(fs, 'renameSync', renamed)
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  return steps
}

suite('backup and restore', { timeout: TEST_MS }, () => {
  test('restore the complete shop of one moment under load', async (t) => {
    const world = await newWorld(t)
    const shop = await openShop(t, world)
    const load = await gather(world)
    await until('many have bought', BUYING_MS, () => load.seenOrders.length > 20)
    const before = [...load.seenOrders]
    const folder = join(world.dataDir, '..', 'backup')
    const backup = await finish(t, 'backup.ts', world, '--to', folder)
    assert.equal(backup.code, 0, backup.output)
    const answers = load.seenOrders.length
    assert.ok(answers > before.length, 'buyers continued meanwhile')
    await until('buyers continue', BUYING_MS, () => load.seenOrders.length > answers + 20)
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)

    const refused = await finish(t, 'restore.ts', world, '--from', folder, '--force')
    assert.deepEqual([refused.code, /Stop the shop first/.test(refused.output)], [1, true], refused.output)
    await load.stop()
    await shop.close()

    const later = recordsOf(world).orders.length
    const existing = await finish(t, 'restore.ts', world, '--from', folder)
    assert.deepEqual([existing.code, /--force/.test(existing.output)], [1, true], existing.output)
    assert.equal(recordsOf(world).orders.length, later)

    const restored = await finish(t, 'restore.ts', world, '--from', folder, '--force')
    assert.equal(restored.code, 0, restored.output)
    const records = recordsOf(world)
    assert.ok(records.orders.length < later && records.orders.length >= before.length)
    const aside = readdirSync(world.dataDir).find((name) => name.startsWith('replaced_'))!
    assert.equal(readRecords(join(world.dataDir, aside), pathOf).orders.length, later)

    const again = await openShop(t, world)
    // A session of the moment of the backup may have been ended since.
    const { token } = load.buyers[0]!
    expectStatus(await call('GET', `http://127.0.0.1:${world.ports.auth}/me`, { token }), 401)
    await settledRecords(() => recordsOf(world))
    await again.close()
    assertConsistent(recordsOf(world), before)
    const report = await examined(world)
    assert.ok(report.ok, JSON.stringify(report))
  })

  test('refuse a folder without a backup, a damaged backup, and a folder in use', async (t) => {
    const world = await newWorld(t)
    const none = await finish(t, 'backup.ts', world, '--to', join(world.dataDir, '..', 'backup'))
    assert.deepEqual([none.code, /There is no/.test(none.output)], [1, true], none.output)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    assert.match((await finish(t, 'backup.ts', world, '--to', folder)).output, /not empty/)

    rmSync(world.dataDir, { recursive: true })
    appendFileSync(join(folder, 'orders.db'), 'x')
    const damaged = await finish(t, 'restore.ts', world, '--from', folder)
    assert.deepEqual([damaged.code, /was changed after the backup/.test(damaged.output)], [1, true])
    rmSync(join(folder, 'backup.json'))
    assert.match((await finish(t, 'restore.ts', world, '--from', folder)).output, /is not a finished backup/)
    assert.equal(existsSync(world.dataDir), false)
  })

  test('leave nothing that stops the next one if they cannot be finished', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    // It is copied after the stores, and cannot be copied.
    const unreadable = join(world.dataDir, 'admin_shown')
    mkdirSync(unreadable)
    const failed = await finish(t, 'backup.ts', world, '--to', folder)
    assert.deepEqual([failed.code, /cannot be finished: /.test(failed.output)], [1, true], failed.output)
    assert.deepEqual(readdirSync(folder), [])
    rmSync(unreadable, { recursive: true })
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
  })

  test('restore a shop whose stores are damaged, or deleted except for the files beside them', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    const restoreAndLook = async () => {
      const restored = await finish(t, 'restore.ts', world, '--from', folder, '--force')
      assert.equal(restored.code, 0, restored.output)
      const report = await examined(world)
      assert.match(JSON.stringify(report), /balances for 1 products/)
      assert.ok(report.ok, JSON.stringify(report))
    }
    const products = pathOf(world.dataDir, 'product_service')
    writeFileSync(products, 'what is left of a database')
    await restoreAndLook()
    assert.deepEqual(indexFilesOf(products), [], 'the search index of what was there does not stay')

    leaveChangesBeside(products)
    rmSync(products)
    await restoreAndLook()
  })

  test('a backup has no marker of a store; a restored store has one (invariant 3)', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    const names = SERVICES.map(({ databaseFile }) => databaseFile)
    assert.deepEqual(readdirSync(folder).sort(), ['backup.json', ...names].sort())

    rmSync(world.dataDir, { recursive: true })
    assert.equal((await finish(t, 'restore.ts', world, '--from', folder)).code, 0)
    for (const name of names) rmSync(join(world.dataDir, name))
    const report = await examined(world, true)
    for (const name of names) assert.match(JSON.stringify(report), new RegExp(`${name} is gone, though`))
    assert.equal(report.ok, false)
    assert.deepEqual(
      names.filter((name) => existsSync(join(world.dataDir, name))),
      [],
    )
  })

  test('in a folder of backups are named by the time; with --keep only the newest complete ones stay', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const parent = join(world.dataDir, '..', 'backups')
    const make = async (...more: string[]) => {
      const { code, output } = await finish(t, 'backup.ts', world, ...more)
      return { code, output }
    }
    const recent = folderNameAt(new Date(Date.now() - UNFINISHED_KEPT_MS / 2))
    for (const name of [
      '2020-01-01T000000Z',
      '2021-01-01T000000Z',
      '2019-01-01T000000Z',
      'by_hand',
      recent,
    ]) {
      mkdirSync(join(parent, name), { recursive: true })
      const interrupted = name === recent || name.startsWith('2019')
      if (!interrupted) writeFileSync(join(parent, name, 'backup.json'), '{}')
    }
    mkdirSync(join(world.dataDir, 'admin.json'))
    assert.equal((await make('--into', parent, '--keep', '1')).code, 1)
    assert.equal(readdirSync(parent).length, 5, 'a failed backup leaves no folder, and removes none')
    rmSync(join(world.dataDir, 'admin.json'), { recursive: true })
    const { code, output } = await make('--into', parent, '--keep', '2')
    assert.equal(code, 0, output)
    const others = ['2021-01-01T000000Z', 'by_hand', recent]
    assert.ok(!existsSync(join(parent, '2020-01-01T000000Z')))
    const [newest, ...more] = readdirSync(parent).filter((name) => !others.includes(name))
    assert.deepEqual([others.every((name) => existsSync(join(parent, name))), more], [true, []])
    assert.ok(existsSync(join(parent, newest!, 'backup.json')))
    assert.deepEqual(
      readdirSync(join(parent, newest!)).filter((name) => name.startsWith('backup.json.')),
      [],
    )
    assert.equal(UNFINISHED_KEPT_MS, 86_400_000)
    for (const wrong of [
      [],
      ['--to', parent, '--into', parent],
      ['--to', join(parent, 'x'), '--keep', '2'],
    ]) {
      assert.equal((await make(...wrong)).code, 1)
    }
    assert.match((await make('--into', parent, '--keep', '0')).output, /--keep/)
    assert.match((await make('--into', parent, '--keep', '10001')).output, /--keep/)
  })

  test('a complete backup stays, although an older one cannot be removed and another has a later time', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const parent = join(world.dataDir, '..', 'backups')
    // Their removal fails, also for root: what should be a file is a folder.
    const [stuck, future] = ['2020-01-01T000000Z', '2099-01-01T000000Z']
    for (const name of [stuck, future]) mkdirSync(join(parent, name, 'backup.json'), { recursive: true })
    const { code, output } = await finish(t, 'backup.ts', world, '--into', parent, '--keep', '1')
    assert.equal(code, 0, output)
    assert.match(output, /2020-01-01T000000Z cannot be removed: /)
    const made = /is in (\S+)\. The copies/.exec(output)![1]!
    assert.ok(existsSync(join(made, 'backup.json')), output)
    const restored = await finish(
      t,
      'restore.ts',
      { ...world, env: { ...world.env, DATA_DIR: `${world.dataDir}_2` } },
      '--from',
      made,
    )
    assert.equal(restored.code, 0, restored.output)
  })

  test('a backup of release 1.0 is restored without the store that it lacks, and a newer one is put aside', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const newer = join(world.dataDir, 'notifications.db')
    for (const path of [newer, markOf(newer)]) renameSync(path, `${path}.away`)
    const folder = join(world.dataDir, '..', 'backup')
    const backup = await finish(t, 'backup.ts', world, '--to', folder)
    assert.equal(backup.code, 0, backup.output)
    assert.equal(existsSync(join(folder, 'notifications.db')), false)
    for (const path of [newer, markOf(newer)]) renameSync(`${path}.away`, path)
    const restored = await finish(t, 'restore.ts', world, '--from', folder, '--force')
    assert.equal(restored.code, 0, restored.output)
    assert.deepEqual([existsSync(newer), existsSync(markOf(newer))], [false, false])
    assert.equal((await examined(world)).ok, true)
    await makeStores(world)
  })

  test('a copy is on the disk before it takes the name of a store, and so is the name at the end', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    const dataDir = `${world.dataDir}_2`
    const names = Object.keys(readManifest(folder).files)
    const steps = diskSteps(t)
    await restoreFiles(
      planShop({ ...world.env, DATA_DIR: dataDir }, PLACEHOLDER_SECRETS),
      folder,
      names,
      false,
    )
    const first = steps.findIndex((step) => step.startsWith('rename'))
    for (const name of names) {
      assert.ok(steps.slice(0, first).includes(`sync ${name}.incoming`), steps.join('\n'))
      assert.ok(steps.includes(`rename ${name}.incoming`))
    }
    assert.equal(steps.at(-1), `sync ${basename(dataDir)}`)
  })

  test('a backup is on the disk, files and names, before it counts as one', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const made = join(folder, 'made')
    mkdirSync(made)
    writeFileSync(join(made, 'secrets.json'), '{}')
    const steps = diskSteps(t)
    writeManifest(made, { at: '', files: { 'secrets.json': '' } })
    assert.deepEqual(steps, [
      'sync secrets.json',
      'sync backup.json.new',
      'sync made',
      'rename backup.json.new',
      'sync made',
      `sync ${basename(folder)}`,
    ])
  })

  test('a variable that is not usable is named in a sentence, and no other shop is copied or replaced', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    const refusal = async (script: string, env: NodeJS.ProcessEnv, ...args: string[]) => {
      const { code, output } = await finish(t, script, { ...world, env: { ...world.env, ...env } }, ...args)
      assert.deepEqual([code, /\n {4}at |secret_1/.test(output)], [1, false], output)
      return output
    }
    const mistyped = { DATABASE_URL: 'mogodb://us:secret_1@one/' }
    assert.match(await refusal('backup.ts', mistyped, '--to', folder), /^DATABASE_URL is not one of MongoDB/)
    assert.match(
      await refusal('restore.ts', mistyped, '--from', folder),
      /^DATABASE_URL is not one of MongoDB/,
    )
    const CURRENCY = 'secret_1'
    assert.match(
      await refusal('backup.ts', { CURRENCY }, '--to', folder),
      /^The copies cannot be checked\..*CURRENCY/s,
    )
    assert.deepEqual(readdirSync(folder), [])
  })

  test('a backup of a store that an older version made is of that version', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const applied = (path: string, sql: string) => {
      const db = new DatabaseSync(path)
      try {
        return db
          .prepare(sql)
          .all()
          .map(({ name }) => name)
      } finally {
        db.close()
      }
    }
    const later = "schema_migrations WHERE name LIKE '0005%'"
    applied(pathOf(world.dataDir, 'product_service'), `DELETE FROM ${later}`)
    const folder = join(world.dataDir, '..', 'backup')
    const { code, output } = await finish(t, 'backup.ts', world, '--to', folder)
    assert.equal(code, 0, output)
    assert.deepEqual(applied(join(folder, 'products.db'), `SELECT name FROM ${later}`), [])
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('products.db')),
      ['products.db'],
    )
  })

  test('nothing that a killed process left beside a store is applied to a restored one', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    const other = join(world.dataDir, '..', 'other.db')
    const db = new DatabaseSync(other)
    db.exec(`CREATE TABLE x AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      SELECT i, randomblob(500) AS y FROM n; PRAGMA cache_size = 1; BEGIN; UPDATE x SET y = randomblob(500)`)
    rmSync(world.dataDir, { recursive: true })
    mkdirSync(world.dataDir)
    for (const name of ['auth.db.incoming-journal', 'auth.db-journal'])
      copyFileSync(`${other}-journal`, join(world.dataDir, name))
    db.close()
    const existing = await finish(t, 'restore.ts', world, '--from', folder)
    assert.deepEqual([existing.code, /auth\.db-journal/.test(existing.output)], [1, true], existing.output)
    const restored = await finish(t, 'restore.ts', world, '--from', folder, '--force')
    assert.equal(restored.code, 0, restored.output)
    const report = await examined(world)
    assert.ok(report.ok, JSON.stringify(report))
  })

  test('a folder in which another backup is being made is left to it', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(folder, { recursive: true }))
    claimFolder(folder)
    assert.throws(() => claimFolder(folder), /EEXIST/)
    writeManifest(folder, { at: '', files: {} })
    assert.deepEqual(readdirSync(folder), ['backup.json'])
  })

  test('a list of files that is not of this version is refused, and no place outside is written', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const folder = join(world.dataDir, '..', 'backup')
    assert.equal((await finish(t, 'backup.ts', world, '--to', folder)).code, 0)
    rmSync(world.dataDir, { recursive: true })
    const { at, files } = readManifest(folder)
    const outcome = async (changed: unknown) => {
      writeFileSync(join(folder, 'backup.json'), JSON.stringify(changed))
      const { code, output } = await finish(t, 'restore.ts', world, '--from', folder)
      return [code, output, existsSync(world.dataDir)]
    }
    const outside = join(folder, '..', 'outside')
    writeFileSync(outside, 'theirs')
    const [more] = Object.values(await hashesOf(folder, ['../outside']))
    const { 'orders.db': _, ...without } = files
    for (const [manifest, says] of [
      [{ at, files: { ...files, '../outside': more } }, /^The backup has \.\.\/outside, which this version/],
      [{ at, files: without }, /is not a complete backup: it lacks orders\.db\.$/m],
      [{ at }, /is not a finished backup/],
      [null, /is not a finished backup/],
    ] as const) {
      const [code, output, made] = await outcome(manifest)
      assert.deepEqual([code, says.test(String(output)), made], [1, true, false], String(output))
    }
  })

  test('say in a sentence why a folder cannot be created', async (t) => {
    const world = await newWorld(t)
    await makeStores(world)
    const file = pathOf(world.dataDir, 'auth_service')
    for (const [script, ...args] of [
      ['backup.ts', '--to', file],
      ['backup.ts', '--to', join(file, 'backup')],
    ] as const) {
      const { code, output } = await finish(t, script, world, ...args)
      assert.deepEqual([code, output.trim().split('\n').length], [1, 1], output)
    }
  })
})
