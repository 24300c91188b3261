/**
 * The image of a service has every file and every package that the service imports: its bundle runs from a folder that
 * has nothing above it, with what only some shops load: the driver of MongoDB, and OpenTelemetry.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, suite, type TestContext, test } from 'node:test'
import { buildIfOld } from '../../scripts/build/parts.ts'
import { freePort } from '../system/processes.ts'
import { until } from '../system/until.ts'
import { IMAGES, imageFolder, ROOT } from './rendering.ts'

const START_MS = 120_000
const PACKAGE = /^(?:import|export) [^'"`;]*?from "([^".][^"]*)"|\b(?:import|__require)\("([^".][^"]*)"\)/gm
/** The driver of MongoDB goes without them; the shop uses none of what they are for. */
const OPTIONAL = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
]
const NOBODY = 'http://127.0.0.1:9'
const ENV = {
  AUTH_URL: NOBODY,
  PRODUCT_URL: NOBODY,
  ORDER_URL: NOBODY,
  SERVICE_SECRET: 's'.repeat(48),
  DATABASE_URL: 'mongodb://127.0.0.1:9/?replicaSet=rs0',
  OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY,
}

suite('the image of a service runs alone', { timeout: 2 * START_MS }, () => {
  before(() => buildIfOld())

  for (const service of IMAGES) {
    test(`${service} imports nothing that is not in it`, () => {
      const missing = globSync('*.mjs', { cwd: join(ROOT, service, 'dist') }).flatMap((file) =>
        [...readFileSync(join(ROOT, service, 'dist', file), 'utf8').matchAll(PACKAGE)]
          .map(([, from, loaded]) => from ?? loaded!)
          // With binaries: they are beside the bundle.
          .filter((name) => !existsSync(join(ROOT, service, 'dist/node_modules', name)))
          .filter((name) => !builtinModules.includes(name.replace(/^node:/, '')) && !/^node:/.test(name)),
      )
      assert.deepEqual(
        [...new Set(missing)].filter((name) => !OPTIONAL.includes(name)),
        [],
      )
    })

    test(`${service} listens, without a package and without the sources`, async (t) => {
      const { base, stop } = await startAlone(t, service)
      const answer = await until('it says whether it is ready', START_MS, () =>
        fetch(`${base}/readyz`).then((answer) => answer.text()),
      )
      if (service !== 'storefront') assert.match(answer, /store: .*MongoDB/)
      assert.equal((await fetch(`${base}/openapi.json`)).status, 200)
      assert.equal((await fetch(`${base}/docs`)).status, 200)
      assert.equal(await stop(), 0)
    })
  }
})

test('the image of product_service makes renditions alone', { timeout: START_MS }, async (t) => {
  await buildIfOld()
  const child = fork(join(imageFolder(t, 'product_service'), 'dist/picture_process.mjs'), {
    serialization: 'advanced',
    execArgv: [],
  })
  t.after(() => child.kill('SIGKILL'))
  child.send(readFileSync(join(ROOT, 'tests/deploy/square.png')))
  const [reply] = await once(child, 'message')
  assert.equal(reply.picture?.files.length, 6, JSON.stringify(reply))
})

async function startAlone(t: TestContext, service: (typeof IMAGES)[number]) {
  const folder = imageFolder(t, service)
  const [port, operations] = [await freePort(), await freePort()]
  const child: ChildProcess = spawn(process.execPath, ['dist/main.mjs'], {
    cwd: folder,
    env: { ...ENV, DATA_DIR: join(folder, 'data'), PORT: String(port), OPS_PORT: String(operations) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  const output = Promise.all([text(child.stdout!), text(child.stderr!)])
  const ended = once(child, 'exit')
  const early = ended.then(async () => {
    throw new Error(`It ended before it listened: ${(await output).join('\n')}`)
  })
  await Promise.race([once(child, 'message'), early])
  return {
    base: `http://127.0.0.1:${operations}`,
    async stop() {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
  }
}
