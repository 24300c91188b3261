/** The bundles of the services: the invariants of scripts/build/bundles.ts, with a service of a few lines. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { type Bundles, createBundles } from '../../scripts/build/bundles.ts'

const WORD = './deep/word.ts'
const FILES = {
  'package.json': '{ "type": "module" }',
  'tiny/src/main.ts': `
    import { readdirSync } from 'node:fs'
    import { Worker } from 'node:worker_threads'
    import { word } from '${WORD}'
    const files: string[] = readdirSync(new URL('./migrations/', import.meta.url))
    const thread = new Worker(new URL('./deep_thread.ts', import.meta.url))
    thread.on('message', (said) => console.log(word, said, ...files))
  `,
  'tiny/src/deep_thread.ts': `
    import { parentPort } from 'node:worker_threads'
    import { word } from '${WORD}'
    parentPort!.postMessage(\`thread \${word}\`)
  `,
  'tiny/src/deep/word.ts': `export const word: string = 'first'`,
  'tiny/src/migrations/0001_tables.sql': 'SELECT 1',
}

function smallRepository(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'shop_bundles_'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['node_modules', 'tiny/src/deep', 'tiny/src/migrations'])
    mkdirSync(join(root, folder), { recursive: true })
  const at = (path: string) => join(root, path)
  for (const [path, text] of Object.entries(FILES)) writeFileSync(at(path), text)
  return { at, bundles: createBundles(root, ['tiny'] as const) }
}

/** The bundle, built first if it is old. */
async function built(bundles: Bundles<'tiny'>): Promise<string> {
  await bundles.buildIfOld()
  return bundles.pathOf('tiny')
}

async function outputOf(bundle: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [bundle])
  return stdout.trim()
}

suite('the bundle of a service', () => {
  test('runs without the sources, with its threads and the folders beside them', async (t) => {
    const { at, bundles } = smallRepository(t)
    const bundle = await built(bundles)
    rmSync(at('tiny/src'), { recursive: true })
    assert.equal(await outputOf(bundle), 'first thread first 0001_tables.sql')
  })

  test('keeps a call that is made for its error alone', async (t) => {
    const { at, bundles } = smallRepository(t)
    const text = (valid: string) => `
      const isValid = (text: string) => { try { ${valid}; return 'valid' } catch { return 'refused' } }
      console.log(isValid('%'))`
    const calls = [
      'decodeURIComponent(text)',
      'new URL(text)',
      'BigInt(text)',
      'JSON.parse(text)',
      'new RegExp("[" + text)',
    ]
    for (const call of calls) {
      writeFileSync(at('tiny/src/main.ts'), text(call))
      assert.equal(await outputOf(await built(bundles)), 'refused', call)
    }
  })

  test('is old once a source is changed, added or removed, and built again from what there is then', async (t) => {
    const { at, bundles } = smallRepository(t)
    assert.equal(await bundles.buildIfOld(), true)
    assert.equal(await bundles.buildIfOld(), false)

    // Of the same length, so that its time alone differs.
    writeFileSync(at('tiny/src/deep/word.ts'), FILES['tiny/src/deep/word.ts'].replace('first', 'other'))
    utimesSync(at('tiny/src/deep/word.ts'), 1, 1)
    assert.equal(bundles.areOld(), true)
    assert.equal(await outputOf(await built(bundles)), 'other thread other 0001_tables.sql')

    renameSync(at('tiny/src/migrations/0001_tables.sql'), at('tiny/src/migrations/0002_tables.sql'))
    assert.equal(bundles.areOld(), true)
    assert.equal(await outputOf(await built(bundles)), 'other thread other 0002_tables.sql')
    assert.equal(bundles.areOld(), false)

    rmSync(bundles.pathOf('tiny'))
    assert.equal(bundles.areOld(), true, 'a bundle that is gone')
  })

  test('has the files of the image only with OpenTelemetry, which `npm start` does not install', async (t) => {
    const { at, bundles } = smallRepository(t)
    mkdirSync(at('deploy/image'), { recursive: true })
    writeFileSync(at('deploy/image/check.sh'), 'exit 0')
    await bundles.buildIfOld()
    assert.equal(existsSync(at('tiny/dist/check.sh')), false)

    const installed = at('tracing/node_modules/@opentelemetry/sdk-trace')
    mkdirSync(installed, { recursive: true })
    writeFileSync(at('tracing/package.json'), '{ "dependencies": { "@opentelemetry/sdk-trace": "3" } }')
    writeFileSync(join(installed, 'package.json'), '{ "name": "@opentelemetry/sdk-trace", "main": "." }')
    assert.equal(await bundles.buildIfOld(), true)
    assert.equal(existsSync(at('tiny/dist/check.sh')), true)

    rmSync(at('tracing'), { recursive: true })
    assert.equal(await bundles.buildIfOld(), true)
    assert.equal(existsSync(at('tiny/dist/check.sh')), false)
  })

  test('is built by one of several that want to at once', async (t) => {
    const { bundles } = smallRepository(t)
    const built = await Promise.all([bundles.buildIfOld(), bundles.buildIfOld(), bundles.buildIfOld()])
    assert.deepEqual(built.sort(), [false, false, true])
  })

  test('stays as it was when the sources cannot be built', async (t) => {
    const { at, bundles } = smallRepository(t)
    const bundle = await built(bundles)
    writeFileSync(at('tiny/src/deep/word.ts'), 'export const word: string =')
    await assert.rejects(bundles.buildIfOld(), /word\.ts/)
    assert.equal(bundles.areOld(), true)
    assert.equal(await outputOf(bundle), 'first thread first 0001_tables.sql')
  })
})
