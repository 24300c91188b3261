/** The search index of a SQLite store: it delays no sale, loses no word, and is built again after any damage. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { SQLITE_ERRORS, sqliteEngine } from '@shop/service_kit/test_support/sqlite_faults'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import type { Stores } from '../../src/domain/ports.ts'
import { DESCRIPTION_LENGTH_MAX } from '../../src/domain/product.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import {
  makeIndexTables,
  OPENINGS_MAX,
  type Progress,
  prepareIndexStep,
  prepareOpening,
  STEP_LETTERS_MAX,
} from '../../src/storage/sqlite_index.ts'
import {
  createIndexFile,
  currentIndex,
  type DamageReport,
  type IndexRequest,
  indexFilesOf,
} from '../../src/storage/sqlite_index_file.ts'
import { createIndexer, OPENING_WAIT_MS, WORDS_WAIT_MS } from '../../src/storage/sqlite_indexer.ts'
import { AT, add, folder, openShop, order, STAMP } from '../worlds.ts'

const UNSEEN = undefined

const search = ({ catalogue }: Stores, word: string) =>
  catalogue.list({ sort: 'newest', words: [word], inStock: false, after: undefined, limit: 100 })
const found = async (stores: Stores, word: string) =>
  (await search(stores, word)).items.map(({ name }) => name)

/** Resolves when a search finds this; a failed search is retried, as a client does after a 503. */
async function finds(stores: Stores, word: string, names: readonly string[]) {
  for (const deadline = performance.now() + 120_000; ; await sleep(20)) {
    const now = await found(stores, word).catch(({ code }) => [code])
    if (performance.now() > deadline) return assert.deepEqual(now, names)
    if (JSON.stringify(now) === JSON.stringify(names)) return
  }
}

/** If the words cannot be written, an edit is committed long before it is answered. */
async function isNamed({ catalogue }: Stores, id: string, name: string) {
  while ((await catalogue.find(id))?.name !== name) await sleep(1)
}

async function open(t: TestContext, path = join(folder(t), 'products.db')) {
  const notices: string[] = []
  const stores = await openSqliteStores(path, {
    CURRENCY: 'USD',
    runtime: systemRuntime,
    notice: (text) => notices.push(text),
  })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= stores.close()
    return closed
  }
  t.after(close)
  return { stores, path, notices, close, file: () => currentIndex(path)!.file }
}

suite('an index that cannot be written', () => {
  test('delays no sale; an edit is answered anyway, and its words follow', async (t) => {
    const { stores, file, notices } = await open(t)
    const lamp = await add(stores, { name: 'Lamp' })
    const lock = new DatabaseSync(file())
    t.after(() => lock.close())
    lock.exec('BEGIN IMMEDIATE')
    const ended: string[] = []
    const since = performance.now()
    const edit = stores.catalogue
      .edit(lamp.id, { name: 'Chair' }, UNSEEN, STAMP)
      .then(() => ended.push('edit'))
    for (let priceMinor = 100; priceMinor < 105; priceMinor++) {
      const [held] = await stores.stock.reserve([order({ [lamp.id]: 1 }, priceMinor)], AT)
      assert.equal(held!.status, 'held')
      await stores.catalogue.edit(lamp.id, { priceMinor: priceMinor + 1 }, UNSEEN, STAMP)
      ended.push('sale')
    }
    await edit
    assert.deepEqual(ended, ['sale', 'sale', 'sale', 'sale', 'sale', 'edit'])
    // Timers may fire slightly early.
    assert.ok(performance.now() - since > WORDS_WAIT_MS * 0.9)
    assert.equal((await stores.catalogue.find(lamp.id))?.name, 'Chair')
    const page = await search(stores, 'chair')
    assert.deepEqual([page.items, page.behind], [[], true])
    await stores.check()
    assert.equal(notices.length, 1)
    assert.match(notices[0]!, /^The search index cannot be written, .*locked/)
    lock.exec('ROLLBACK')
    await finds(stores, 'chair', ['Chair'])
    assert.deepEqual(notices.slice(1), ['The search index is written again.'])
    assert.equal((await search(stores, 'chair')).behind, undefined)
  })

  test('does not keep stale search results in the cache', async (t) => {
    const path = join(folder(t), 'products.db')
    const { admin, anonymous, stores } = await openShop(t, { path })
    const lamp = await add(stores, { name: 'Lamp' })
    const lock = new DatabaseSync(currentIndex(path)!.file)
    t.after(() => lock.close())
    lock.exec('BEGIN IMMEDIATE')
    const edit = admin('PATCH', `/products/${lamp.id}`, { name: 'Chair' })
    await isNamed(stores, lamp.id, 'Chair')
    const found = async () => (await anonymous('GET', '/products?q=chair')).json().items.length
    assert.equal(await found(), 0)
    lock.exec('ROLLBACK')
    for (const deadline = performance.now() + 120_000; (await found()) === 0; await sleep(20)) {
      assert.ok(performance.now() < deadline)
    }
    assert.equal((await edit).statusCode, 200)
  })

  test('is completed when the store is opened again', async (t) => {
    const { stores, path, file, close } = await open(t)
    const lamp = await add(stores, { name: 'Lamp' })
    const lock = new DatabaseSync(file())
    lock.exec('BEGIN IMMEDIATE')
    const edit = stores.catalogue.edit(lamp.id, { name: 'Chair' }, UNSEEN, STAMP)
    await isNamed(stores, lamp.id, 'Chair')
    await close()
    assert.equal((await edit).name, 'Chair')
    lock.close()
    const again = await open(t, path)
    assert.deepEqual(await found(again.stores, 'chair'), ['Chair'])
    assert.deepEqual(await found(again.stores, 'lamp'), [])
  })

  test('of a newer version is not changed', async (t) => {
    const { stores, path, file, close } = await open(t)
    await add(stores, { name: 'Lamp' })
    await close()
    const db = new DatabaseSync(file())
    db.exec('UPDATE index_state SET version = 999999')
    db.close()
    const again = await open(t, path)
    assert.match(again.notices.join(), /made by a newer version/)
    assert.deepEqual(await found(again.stores, 'lamp'), ['Lamp'])
  })
})

suite('an index that is', () => {
  async function aLamp(t: TestContext) {
    const opened = await open(t)
    await add(opened.stores, { name: 'Lamp' })
    return opened
  }

  test('deleted while the service runs is built again', async (t) => {
    const { stores, path } = await aLamp(t)
    assert.deepEqual(await found(stores, 'lamp'), ['Lamp'])
    for (const file of indexFilesOf(path)) rmSync(file)
    await finds(stores, 'lamp', ['Lamp'])
    await add(stores, { name: 'Lamp shade' })
    assert.deepEqual(await found(stores, 'lamp'), ['Lamp shade', 'Lamp'])
  })

  test('not a database is replaced', async (t) => {
    const { path, file, close } = await aLamp(t)
    await close()
    for (const each of indexFilesOf(path)) rmSync(each)
    writeFileSync(`${path}-words.1`, 'scribble '.repeat(1_000))
    const again = await open(t, path)
    assert.deepEqual(await found(again.stores, 'lamp'), ['Lamp'])
    assert.equal(file(), `${path}-words.2`)
    assert.equal(existsSync(`${path}-words.1`), false)
    for (const each of indexFilesOf(path)) assert.equal(statSync(each).mode & 0o077, 0, each)
  })

  test('damaged where only a search notices it is replaced', async (t) => {
    const { path, file, close } = await aLamp(t)
    await close()
    const db = new DatabaseSync(file())
    db.enableDefensive(false)
    db.exec(
      "PRAGMA journal_mode = DELETE; UPDATE product_words_data SET block = x'ff00ff00ff00ff00ff' WHERE id > 10",
    )
    db.close()
    const again = await open(t, path)
    await assert.rejects(search(again.stores, 'lamp'), { code: 'store_unavailable' })
    await finds(again.stores, 'lamp', ['Lamp'])
    assert.equal(file(), `${path}-words.2`)
  })

  test('reported as damaged is replaced at once if that is certain, and its words are never checked', async (t) => {
    const { path, file, close } = await aLamp(t)
    await close()
    const first = file()
    const db = new DatabaseSync(first)
    db.enableDefensive(false)
    // A full check would find it, but takes as long as building the index: in a large shop longer than a step may take.
    db.exec("UPDATE product_words_content SET c0 = 'chair'")
    db.close()
    const index = createIndexFile(path)
    t.after(index.close)
    for (const damage of [
      { file: first, certain: false },
      { file: `${path}-words.9`, certain: true },
    ]) {
      index.indexNext({ limit: 1, damage })
      assert.equal(file(), first)
    }
    index.indexNext({ limit: 1, damage: { file: first, certain: true } })
    assert.equal(file(), `${path}-words.2`)
  })

  test('is not written while nothing has changed', async (t) => {
    const { path, file, close } = await aLamp(t)
    await close()
    const index = createIndexFile(path)
    t.after(index.close)
    index.indexNext({ limit: 9 })
    const other = new DatabaseSync(file(), { readOnly: true })
    t.after(() => other.close())
    const version = () => other.prepare('PRAGMA data_version').get()!.data_version
    const before = version()
    index.indexNext({ limit: 9 })
    assert.equal(version(), before)
  })

  test('of a later state of the store, or of another store, is built again', async (t) => {
    const { path, file, close } = await aLamp(t)
    await close()
    copyFileSync(path, `${path}.copy`)
    const later = await open(t, path)
    const [lamp] = (await search(later.stores, 'lamp')).items
    await later.stores.catalogue.edit(lamp!.id, { name: 'Chair' }, UNSEEN, STAMP)
    await later.close()
    copyFileSync(`${path}.copy`, path)
    const restored = await open(t, path)
    assert.deepEqual(await found(restored.stores, 'lamp'), ['Lamp'])
    assert.deepEqual(await found(restored.stores, 'chair'), [])
    // The same number of changes, but another opening.
    await restored.stores.catalogue.edit(lamp!.id, { name: 'Table' }, UNSEEN, STAMP)
    await restored.close()

    const other = await open(t)
    await add(other.stores, { name: 'Spoon' })
    await other.close()
    copyFileSync(other.file(), file())
    const mine = await open(t, path)
    assert.deepEqual(await found(mine.stores, 'table'), ['Table'])
    assert.deepEqual(await found(mine.stores, 'spoon'), [])
  })

  test('continues after a failure of any engine call', async (t) => {
    const { path, close } = await aLamp(t)
    await close()
    let calls = 0
    for (const moment of ['before', 'after'] as const) {
      for (let n = 1, made = true; made; n++) {
        const index = createIndexFile(path)
        const renamed = `Lamp ${moment}${n}x`
        const db = new DatabaseSync(path)
        db.exec(`UPDATE products SET name = '${renamed}'`)
        sqliteEngine.failAt(n, moment, SQLITE_ERRORS[n % SQLITE_ERRORS.length]!)
        try {
          index.indexNext({ limit: 10 })
        } catch {}
        made = sqliteEngine.disarm()
        assert.deepEqual(
          index.indexNext({ limit: 10 }),
          { number: latest(db), left: 0, more: false },
          `${moment} ${n}`,
        )
        index.close()
        db.close()
        const words = new DatabaseSync(currentIndex(path)!.file, { readOnly: true })
        const match = words.prepare('SELECT count(*) AS n FROM product_words WHERE product_words MATCH ?')
        assert.deepEqual([match.get(`${moment}${n}x`)!.n, match.get('lamp')!.n], [1, 1])
        words.close()
        calls++
      }
    }
    assert.ok(calls > 40, `${calls} calls`)
  })
})

const latest = (db: DatabaseSync) => Number(db.prepare('SELECT max(number) AS n FROM text_changes').get()!.n)

suite('several processes', () => {
  test('write one index, and a killed process loses no word', async (t) => {
    const { stores, path } = await open(t)
    const program = `
      const { systemRuntime } = await import(${JSON.stringify(import.meta.resolve('@shop/service_kit/runtime/runtime'))})
      const { openSqliteStores } = await import(${JSON.stringify(new URL('../../src/storage/open_stores.ts', import.meta.url).href)})
      const stores = await openSqliteStores(${JSON.stringify(path)}, { CURRENCY: 'USD', runtime: systemRuntime })
      for (let i = 0; ; i++) {
        const id = '0190bbbb-0000-7000-8000-' + String(i).padStart(12, '0')
        const fields = { name: 'Lamp of theirs', description: '', priceMinor: 1, stock: 0 }
        stores.catalogue.create({ id, fields }, { by: 'x', at: '${AT}' })
        if (i % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 1))
        if (i === 20) console.log('well under way')
      }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program])
    t.after(() => child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    for (let i = 0; i < 20; i++) await add(stores, { name: 'Lamp of ours' })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    await add(stores, { name: 'Lamp of ours' })
    assert.equal((await found(stores, 'ours')).length, 21)
    const db = new DatabaseSync(path, { readOnly: true })
    t.after(() => db.close())
    const theirs = Number(
      db.prepare("SELECT count(*) AS n FROM products WHERE name = 'Lamp of theirs'").get()!.n,
    )
    assert.ok(theirs > 20)
    const words = new DatabaseSync(currentIndex(path)!.file, { readOnly: true })
    t.after(() => words.close())
    assert.equal(words.prepare("SELECT count(*) AS n FROM product_words('theirs')").get()!.n, theirs)
  })
})

suite('changes that the index follows', () => {
  test('are only texts: sales, prices and adjustments do not change it', async (t) => {
    const { stores, path } = await open(t)
    const db = new DatabaseSync(path, { readOnly: true })
    t.after(() => db.close())
    const lamp = await add(stores, { name: 'Lamp' })
    assert.equal(latest(db), 1)
    await stores.stock.reserve([order({ [lamp.id]: 1 })], AT)
    await stores.stock.adjust({ productId: lamp.id, delta: -9, note: 'x', attempt: undefined }, STAMP)
    await stores.catalogue.edit(lamp.id, { priceMinor: 7, name: 'Lamp' }, UNSEEN, STAMP)
    assert.equal(latest(db), 1)
    await stores.catalogue.edit(lamp.id, { name: 'Light' }, UNSEEN, STAMP)
    await stores.catalogue.edit(lamp.id, { description: 'new' }, UNSEEN, STAMP)
    await stores.catalogue.remove(lamp.id, UNSEEN, STAMP)
    assert.equal(latest(db), 4)
    assert.equal(Number(db.prepare('SELECT count(*) AS n FROM text_changes').get()!.n), 1)
  })

  test('include products added between any two queries, by a process that opened the store meanwhile', async (t) => {
    const { stores, path, close } = await open(t)
    await add(stores, { name: 'Lamp' })
    await close()
    const [products, other] = [new DatabaseSync(path), new DatabaseSync(path)]
    const index = new DatabaseSync(':memory:')
    makeIndexTables(index, 'main')
    let added = 1
    const addOne =
      other.prepare(`INSERT INTO products (seq, id, stock, reserved, version, edit_version, price_minor, in_stock, created_at,
      updated_at, deleted_at, name_key, name, description) SELECT NULL, ?, stock, reserved, version, edit_version, price_minor,
      in_stock, created_at, updated_at, NULL, 'lamp', 'Lamp', '' FROM products WHERE seq = 1`)
    const note = prepareOpening(other)
    const prepare = products.prepare.bind(products)
    products.prepare = (sql) => {
      const statement = prepare(sql)
      const all = statement.all.bind(statement) as typeof statement.all
      statement.all = (...values: never[]) => {
        const rows = all(...values)
        if (added < 10) {
          note()
          addOne.run(`product ${++added}`)
        }
        return rows
      }
      return statement
    }
    const indexNext = prepareIndexStep(products, index)
    while (added < 10) indexNext(100)
    indexNext(100)
    assert.equal(index.prepare("SELECT count(*) AS n FROM product_words('lamp')").get()!.n, added)
    for (const db of [products, other, index]) db.close()
  })

  test('are processed in steps by the length of texts, and a long text alone', async (t) => {
    const { stores, path, close } = await open(t)
    const description = 'x'.repeat(DESCRIPTION_LENGTH_MAX)
    for (let i = 0; i < 25; i++) await add(stores, { name: 'Lamp', description })
    await close()
    const db = new DatabaseSync(path)
    t.after(() => db.close())
    const stepsTo = (end: Progress) => {
      const index = createIndexFile(path)
      t.after(index.close)
      for (let steps = 1; ; steps++) {
        const progress = index.indexNext({ limit: 200 })
        if (!progress.more && progress.left === 0) {
          assert.deepEqual(progress, end)
          return steps
        }
        assert.ok(steps < 100)
      }
    }
    const perStep = Math.floor(STEP_LETTERS_MAX / (DESCRIPTION_LENGTH_MAX + 'Lamp'.length))
    for (const file of indexFilesOf(path)) rmSync(file)
    assert.equal(stepsTo({ number: 25, left: 0, more: false }), Math.ceil(25 / perStep))
    db.exec("UPDATE products SET name = 'Chair'")
    assert.equal(stepsTo({ number: 50, left: 0, more: false }), Math.ceil(25 / perStep))
    db.exec(`UPDATE products SET description = '${'y'.repeat(STEP_LETTERS_MAX + 1)}' WHERE seq < 4`)
    assert.equal(stepsTo({ number: 53, left: 0, more: false }), 3)
    const words = new DatabaseSync(currentIndex(path)!.file, { readOnly: true })
    t.after(() => words.close())
    assert.equal(words.prepare("SELECT count(*) AS n FROM product_words('chair')").get()!.n, 25)
  })

  test('are followed from one of the last openings', async (t) => {
    const path = join(folder(t), 'products.db')
    const store = openSqlite({
      runtime: systemRuntime,
      path,
      migrations: new URL('../../src/storage/migrations/', import.meta.url),
    })
    t.after(() => store.close())
    const note = prepareOpening(store.writer)
    for (let i = 0; i < OPENINGS_MAX + 5; i++) await store.write(note)
    const { n } = store.reader.prepare('SELECT count(*) AS n FROM openings').get()!
    assert.equal(n, OPENINGS_MAX)
  })

  test('are ignored by a read-only store', async (t) => {
    const { stores, path, close } = await open(t)
    await add(stores, { name: 'Lamp' })
    await close()
    for (const file of indexFilesOf(path)) rmSync(file)
    const before = readFileSync(path)
    const looking = await openSqliteStores(path, {
      CURRENCY: 'USD',
      runtime: systemRuntime,
      ...{ existing: true },
    })
    assert.deepEqual(await found(looking, 'lamp'), [])
    await looking.close()
    assert.deepEqual(indexFilesOf(path), [])
    assert.ok(readFileSync(path).equals(before))
  })
})

suite('index updates', () => {
  const inStep = (number: number): Progress => ({ number, left: 0, more: false })

  test('waiting is bounded, whatever hangs', async (t) => {
    const runtime = createVirtualRuntime()
    const hanging = createIndexer(
      () => new Promise(() => {}),
      () => {},
      runtime,
    )
    assert.deepEqual([OPENING_WAIT_MS, WORDS_WAIT_MS], [5_000, 2_000])
    await runtime.advanceUntil(hanging.waitUntilReady())
    assert.equal(runtime.monotonic(), OPENING_WAIT_MS)
    await runtime.advanceUntil(hanging.waitUntilIndexed(1))
    assert.equal(runtime.monotonic(), OPENING_WAIT_MS + WORDS_WAIT_MS)
    let late: ((progress: Progress) => void) | undefined
    const slow = createIndexer(
      () => new Promise((resolve) => (late = resolve)),
      () => {},
      runtime,
    )
    t.after(() => slow.stop())
    const first = slow.waitUntilIndexed(1)
    late!(inStep(0))
    await runtime.advanceUntil(first)
    assert.equal(runtime.monotonic(), OPENING_WAIT_MS + 2 * WORDS_WAIT_MS)
  })

  test('each new failure is reported once, and the update is retried until it succeeds', async (t) => {
    const runtime = createVirtualRuntime()
    const faults = ['full', 'full', 'gone', undefined]
    const notices: string[] = []
    const indexing = createIndexer(
      async () => {
        const fault = faults.shift()
        if (fault !== undefined) throw new Error(fault)
        return inStep(1)
      },
      (text) => notices.push(text),
      runtime,
    )
    t.after(() => indexing.stop())
    await runtime.advanceUntil(indexing.waitUntilIndexed(1))
    assert.equal(runtime.monotonic(), 50 + 100 + 200, 'pauses that double')
    assert.deepEqual(
      notices.map((text) => text.split(': ').at(-1)),
      ['full', 'gone', 'The search index is written again.'],
    )
  })

  test('a failed step is retried with fewer products', async (t) => {
    const sizes: number[] = []
    const indexNext = async ({ limit }: { limit: number }) => {
      sizes.push(limit)
      if (sizes.length < 4) throw new Error('took too long')
      return inStep(1)
    }
    const runtime = createVirtualRuntime()
    const indexing = createIndexer(indexNext, () => {}, runtime)
    t.after(() => indexing.stop())
    await runtime.advanceUntil(indexing.waitUntilIndexed(1))
    assert.deepEqual(sizes, [200, 100, 50, 25])
  })

  test('a request during the end of the last step is processed, too', async (t) => {
    for (let turns = 0; turns < 12; turns++) {
      let steps = 0
      const step = Promise.withResolvers<Progress>()
      const indexing = createIndexer(
        () => (++steps === 1 ? step.promise : Promise.resolve(inStep(steps))),
        () => {},
        systemRuntime,
      )
      t.after(() => indexing.stop())
      indexing.wake()
      step.resolve(inStep(1))
      for (let turn = 0; turn < turns; turn++) await undefined
      indexing.wake()
      await sleep(1)
      assert.equal(steps, 2, `asked ${turns} turns later`)
    }
  })

  test('reported damage is checked once', async (t) => {
    const asked: (DamageReport | undefined)[] = []
    const indexNext = async ({ damage }: Pick<IndexRequest, 'damage'>) => {
      asked.push(damage)
      return inStep(asked.length)
    }
    const indexing = createIndexer(indexNext, () => {}, systemRuntime)
    t.after(() => indexing.stop())
    const damage = { file: 'words.1', certain: true }
    indexing.wake(damage)
    indexing.wake()
    await indexing.waitUntilIndexed(2)
    assert.deepEqual(asked, [damage, undefined])
  })
})
