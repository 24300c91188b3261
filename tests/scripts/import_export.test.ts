/** `npm run import` and `npm run export`, on a store of their own. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { IMPORT_BYTES_MAX } from '@shop/product_service/domain/import'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { finish, newWorld } from './running.ts'

suite('npm run import', () => {
  test('says what would change, changes it, and finds nothing to do with its own export', async (t) => {
    const world = await newWorld(t)
    mkdirSync(world.dataDir)
    const config = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    await (await openStores(config, { runtime: systemRuntime })).close()
    const run = (...args: string[]) => finish(t, 'import.ts', world, ...args)
    const [file, result, exported] = ['a.csv', 'faults.csv', 'out.csv'].map((name) =>
      join(world.dataDir, name),
    ) as [...[string, string, string]]
    writeFileSync(file, 'sku;name;price;stock;colour\nT-1;Tea;3,50;5;\nT-2;Cake;x;1;\n')

    const large = join(world.dataDir, 'large.csv')
    writeFileSync(large, '')
    truncateSync(large, IMPORT_BYTES_MAX + 1)
    const tooLarge = await run(large)
    assert.equal(tooLarge.code, 1)
    assert.match(tooLarge.output, /A file has at most 67108864 bytes/)

    const dry = await run(file, '--dry-run', '--result', result)
    assert.equal(dry.code, 2, dry.output)
    assert.match(dry.output, /2 rows, separated by semicolons.*\n {2}sku -> sku\n/)
    assert.match(dry.output, /not used: colour\n1 to create/)
    assert.match(dry.output, /row 3, fault, price: “x” must be an amount/)
    assert.match(readFileSync(result, 'utf8'), /\r\n3,fault,price,/)

    const done = await run(file, '--yes', '--without-faulty')
    assert.equal(done.code, 2, done.output)
    assert.match(done.output, /Created 1, changed 0/)

    const out = await finish(t, 'export.ts', world, exported)
    assert.deepEqual([out.code, existsSync(`${exported}.part`)], [0, false], out.output)
    assert.match(readFileSync(exported, 'utf8'), /,T-1,Tea,,3\.50,,5,published,/)
    const again = await run(exported, '--yes')
    assert.equal(again.code, 0, again.output)
    assert.match(again.output, /There is nothing to change/)
  })
})
