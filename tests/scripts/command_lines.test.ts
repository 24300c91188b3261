/** Command lines that are invalid, or from which npm took options: each is refused in a sentence, without any effect. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { finish, newWorld } from './running.ts'

const ROOT = join(import.meta.dirname, '..', '..')

type Case = {
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly says: RegExp
}

const CASES: readonly Case[] = [
  { script: 'backup', args: ['--to', ''], says: /^--to must not be empty\.\n$/ },
  { script: 'restore', args: ['--from='], says: /^--from must not be empty\.\n$/ },
  {
    script: 'migrate',
    args: ['--from', 'sqlite:', '--to', 'mongodb://127.0.0.1:9'],
    says: /^Name the source/,
  },
  { script: 'backup', args: ['--to'], says: /^--to needs a value\. `npm run backup -- --help`/ },
  { script: 'seed', args: ['--products', '--seed', '1'], says: /^--products needs a value\./ },
  {
    script: 'seed',
    args: ['--products', '-5'],
    says: /^--products must be a whole number from 1 to 5000000, not "-5"\.\n$/,
  },
  {
    script: 'backup',
    env: { npm_lifecycle_event: 'backup', npm_config_token_description: '/x' },
    says: /^npm took --to for its own --token-description\. Put -- before it: npm run backup -- --to <value>\n$/,
  },
  { script: 'stack_secrets', args: ['--folder', '/proc/nope'], says: /\/proc\/nope cannot be made here/ },
  { script: 'import', args: [], says: /^Name a file, or say --continue or --cancel without one\./ },
  { script: 'import', args: ['none.csv'], says: /^There is no file none\.csv\.\n$/ },
  { script: 'export', args: ['a.csv', 'b.csv'], says: /^Name one file\./ },
  { script: 'seed', env: { DATA_DIR: '/proc/nope' }, says: /\/proc\/nope cannot be made here/ },
]

suite('a command line', () => {
  for (const { script, args = [], env = {}, says } of CASES) {
    const typed = [...args, ...Object.keys(env).filter((name) => name !== 'npm_lifecycle_event')].join(' ')
    const onlyLinux = typed.includes('/proc') || env.DATA_DIR !== undefined
    test(`of ${script} that is refused: ${typed}`, {
      skip: onlyLinux && process.platform !== 'linux' && 'there is no /proc',
    }, async (t) => {
      const world = await newWorld(t, env)
      const { code, output } = await finish(t, `${script}.ts`, world, ...args)
      assert.match(output, says)
      assert.equal(code, 1)
    })
  }

  test('of a backup whose folder cannot be created is refused', {
    skip: process.platform !== 'linux' && 'there is no /proc',
  }, async (t) => {
    const world = await newWorld(t)
    const place = { DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    for (const open of [openAuthStores, openProductStores, openOrderStores])
      await (await open(place, { runtime: systemRuntime })).close()
    const { code, output } = await finish(t, 'backup.ts', world, '--to', '/proc/nope/below')
    assert.match(
      output,
      /^A backup cannot be made in \/proc\/nope\/below: The folder \/proc\/nope cannot be made/,
    )
    assert.equal(code, 1)
  })

  test('of npm run build is read: --help builds nothing', async (t) => {
    const dist = join(ROOT, 'storefront', 'dist', 'pages')
    const builtAt = () => (existsSync(dist) ? statSync(dist).ctimeMs : undefined)
    const before = builtAt()
    const { code, output } = await finish(t, 'build.ts', await newWorld(t), '--help')
    assert.deepEqual([code, builtAt()], [0, before])
    assert.match(output, /^npm run build -- \[options\]/)
  })

  test('is read by every script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const files = Object.values<string>(scripts).flatMap((script) => script.match(/\S+\.ts\b/g) ?? [])
    assert.ok(files.length > 15)
    for (const file of new Set(files)) {
      assert.match(readFileSync(join(ROOT, file), 'utf8'), /readArguments\(|'--help'/, file)
    }
  })
})
