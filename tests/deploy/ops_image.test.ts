/** The operator's commands as their image has them: a folder without packages and sources, and secrets in files. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, suite, type TestContext, test } from 'node:test'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { buildAllIfOld } from '../../scripts/build/parts.ts'
import { imageFolder } from './rendering.ts'

const PRODUCTS = 3

function image(t: TestContext) {
  const folder = imageFolder(t, 'ops')
  const run = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const child = spawn(process.execPath, ['dist/main.mjs', ...args], {
      cwd: folder,
      env: { DATA_DIR: join(folder, 'data'), NO_COLOR: '1', ...env },
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await ended, output: output + errors }
  }
  return { folder, run }
}

suite("the operator's commands run alone", () => {
  before(() => buildAllIfOld())

  test('name the commands, and refuse another one', async (t) => {
    const { run } = image(t)
    const help = await run({}, '--help')
    assert.deepEqual([help.code, /^Usage: /.test(help.output)], [0, true])
    for (const name of [
      'accounts',
      'backup',
      'doctor',
      'migrate',
      'restore',
      'rotate-keys',
      'seed',
      'settings',
    ]) {
      assert.match(help.output, new RegExp(`\\b${name}\\b`))
      const { code, output } = await run({}, name, '--help')
      assert.deepEqual([code, /--help +Show this help/.test(output)], [0, true], output)
    }
    const unknown = await run({}, 'toString')
    assert.deepEqual(
      [unknown.code, unknown.output.split('\n')[0]?.slice(0, 33)],
      [1, 'There is no command "toString". T'],
    )
  })

  test('have the migrations of each service', async (t) => {
    const { run } = image(t)
    const seeded = await run({}, 'seed', '--products', String(PRODUCTS))
    assert.equal(seeded.code, 0, seeded.output)
    const { code, output } = await run({}, 'doctor')
    assert.deepEqual([code, /balances for 3 products/.test(output)], [0, true], output)
  })
})

mongoSuite("the operator's commands on a cluster", (server) => {
  before(() => buildAllIfOld())

  test('reach MongoDB with the URL in a file: seed, doctor, backup, restore, rotate-keys', async (t) => {
    const { folder, run } = image(t)
    const secret = join(folder, 'database_url')
    writeFileSync(secret, `${server.url()}\n`)
    const env = { DATABASE_URL_FILE: secret }
    const succeed = async (pattern: RegExp, ...args: string[]) => {
      const { code, output } = await run(env, ...args)
      assert.deepEqual([code, pattern.test(output)], [0, true], output)
    }
    await succeed(/3/, 'seed', '--products', String(PRODUCTS))
    await succeed(/balances for 3 products/, 'doctor')
    await succeed(/signed with the key/, 'rotate-keys')
    const place = { DATABASE_URL: server.url(), DATA_DIR: folder, CURRENCY: 'USD' }
    await (await openOrderStores(place, { runtime: systemRuntime })).close()
    await succeed(/balances for 3 products/, 'doctor')
    const backup = join(folder, 'backup')
    await succeed(/the ledger balances/, 'backup', '--to', backup)
    assert.ok(existsSync(join(backup, 'backup.json')))
    await succeed(/The shop is as it was at/, 'restore', '--from', backup, '--force', '--stopped')
    await succeed(/balances for 3 products/, 'doctor')
  })
})
